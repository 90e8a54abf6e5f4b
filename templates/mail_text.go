package templates

import (
	"html/template"
	"strings"
	"unicode/utf8"

	"github.com/inturn/inturn/internal/sale"
)

// mailColumns is how wide a line of the plain part is at most: 78 is what RFC
// 5322 (2.1.1) asks for, and somebody may quote it.
const mailColumns = 76

// wrap breaks the lines that are too long between words. What stands alone on
// its line, a link above all, is never broken, and neither are rows, which
// begin with blanks. A blank that must not be broken at (U+00A0, U+202F) is
// no break either.
func wrap(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if utf8.RuneCountInString(line) > mailColumns && !strings.HasPrefix(line, "  ") {
			lines[i] = fold(line)
		}
	}
	return strings.Join(lines, "\n")
}

func fold(line string) string {
	var b strings.Builder
	at := 0
	for word := range strings.SplitSeq(line, " ") {
		width := utf8.RuneCountInString(word)
		switch {
		case at == 0:
		case at+1+width > mailColumns:
			b.WriteByte('\n')
			at = 0
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += width
	}
	return b.String()
}

// orderRows writes the tickets of an order in columns: code, title, price, and
// the total below a line. A title that is too long goes on in the next row.
func (f *formatter) orderRows(o sale.Order, total, free string) (string, error) {
	type row struct{ code, title, price string }
	rows := make([]row, 0, len(o.Tickets)+1)
	price := func(minor int64) (string, error) {
		if minor == 0 {
			return free, nil
		}
		return f.amount(minor, o.Currency)
	}
	var codes, titles, prices int
	for _, ticket := range o.Tickets {
		p, err := price(ticket.Price)
		if err != nil {
			return "", err
		}
		r := row{ticket.Code, ticket.Title.In(f.lang), p}
		rows = append(rows, r)
		codes, titles, prices = max(codes, wide(r.code)), max(titles, wide(r.title)), max(prices, wide(p))
	}
	sum, err := price(o.Total)
	if err != nil {
		return "", err
	}
	prices = max(prices, wide(sum))
	titles = max(min(titles, mailColumns-2-codes-2-2-prices), wide(total)-codes-2, 10)
	var b strings.Builder
	for _, r := range rows {
		for i, part := range cut(r.title, titles) {
			if i > 0 {
				r.code, r.price = "", ""
			}
			b.WriteString(strings.TrimRight("  "+left(r.code, codes)+"  "+left(part, titles)+"  "+right(r.price, prices), " ") + "\n")
		}
	}
	whole := codes + 2 + titles
	b.WriteString("  " + strings.Repeat("-", whole+2+prices) + "\n")
	b.WriteString("  " + left(total, whole) + "  " + right(sum, prices))
	return b.String(), nil
}

// cut breaks a title into pieces that fit a column, between words where there
// are some.
func cut(s string, columns int) []string {
	var parts []string
	for wide(s) > columns {
		at := strings.LastIndex(string([]rune(s)[:columns+1]), " ")
		if at <= 0 {
			at = len(string([]rune(s)[:columns]))
		}
		parts = append(parts, s[:at])
		s = strings.TrimPrefix(s[at:], " ")
	}
	return append(parts, s)
}

func wide(s string) int { return utf8.RuneCountInString(s) }

func left(s string, columns int) string { return s + strings.Repeat(" ", max(columns-wide(s), 0)) }

func right(s string, columns int) string { return strings.Repeat(" ", max(columns-wide(s), 0)) + s }

// What html/template would take out of a mail as comments, and Outlook reads:
// its engine, Word, knows no max-width, and falls back to Times where the
// first font of a list is one it has not.
const (
	msoOpen = `<!--[if mso]><table role="presentation" width="560" align="center" cellpadding="0" cellspacing="0" border="0"><tr><td width="560"><![endif]-->`
	msoEnd  = `<!--[if mso]></td></tr></table><![endif]-->`
	msoFont = `<!--[if mso]><style>body, table, td, th, p, h1, a { font-family: Arial, sans-serif !important; }</style><![endif]-->`
)

// preheaderBlank is what follows the preheader, so that a list of mails shows
// nothing of the text behind it: blanks that take room and show nothing.
const preheaderBlank = "&#847;&zwnj;&nbsp;&#8199;"

// mailFuncs are the functions that only mails need.
func (f *formatter) mailFuncs() map[string]any {
	return map[string]any{
		"rows":         f.orderRows,
		"blank":        func() template.HTML { return template.HTML(strings.Repeat(preheaderBlank, 60)) },
		"outlookOpen":  func() template.HTML { return msoOpen },
		"outlookEnd":   func() template.HTML { return msoEnd },
		"outlookFonts": func() template.HTML { return msoFont },
		"button":       func(f mailFrame, url, label string) button { return button{url, label, f.Light} },
	}
}
