package sale

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Texts are an organizer's own words, by the name of their place and by
// language. A place of which it says nothing in a language has inturn's words
// in that language.
type Texts map[string]Text

// In gives the own words for a place in lang: those of that very language,
// else of its base or of another region of it, and "" where there are none.
// Unlike [Text.In] it never gives words in another language, since inturn has
// its own in each.
func (t Texts) In(place, lang string) string {
	words := t[place]
	in := words.Pick(lang)
	if base, _, _ := strings.Cut(lang, "-"); in != base && !strings.HasPrefix(in, base+"-") {
		return ""
	}
	return words[in]
}

// TextPlace is one place where an organizer may write his own words. The
// list is fixed, as are the names that may stand in braces there; what they
// mean is in docs/sale-file.md.
type TextPlace struct {
	Name         string
	Subject      bool // of a mail: a single line
	Replaces     bool // stands in place of inturn's words there, not before them
	Most         int  // characters
	Placeholders []string
}

// TextPlaces lists the places, in the order of a fan's way.
//
// The mail that asks whether an address is right is none of them: anybody can
// have it sent to any address, and somebody's own words in it would be
// advertising to strangers.
func TextPlaces() []TextPlace {
	const subject, notice, page = 150, 1_000, 2_000
	form := []string{"title", "organizer", "opens", "closes", "first_batch", "ends", "life", "most"}
	place := []string{"title", "organizer", "number", "class", "first_batch", "ends", "life", "most"}
	offer := []string{"title", "organizer", "number", "most", "until", "clock", "life"}
	order := []string{"title", "organizer", "code", "tickets", "total"}
	end := []string{"title", "organizer", "number", "ends"}
	return []TextPlace{
		{Name: "landing", Most: page, Placeholders: form},
		{Name: "landing_before", Replaces: true, Most: notice, Placeholders: form},
		{Name: "landing_full", Replaces: true, Most: notice, Placeholders: form},
		{Name: "landing_closed", Replaces: true, Most: notice, Placeholders: form},
		{Name: "place_guaranteed", Replaces: true, Most: notice, Placeholders: place},
		{Name: "place_standby", Replaces: true, Most: notice, Placeholders: place},
		{Name: "receipt_subject", Subject: true, Replaces: true, Most: subject, Placeholders: place},
		{Name: "receipt", Most: page, Placeholders: place},
		{Name: "offer_subject", Subject: true, Replaces: true, Most: subject, Placeholders: offer},
		{Name: "offer", Most: page, Placeholders: offer},
		{Name: "order_subject", Subject: true, Replaces: true, Most: subject, Placeholders: order},
		{Name: "order", Most: page, Placeholders: order},
		{Name: "cancellation_subject", Subject: true, Replaces: true, Most: subject, Placeholders: order},
		{Name: "decline_subject", Subject: true, Replaces: true, Most: subject, Placeholders: end},
		{Name: "decline_over_subject", Subject: true, Replaces: true, Most: subject, Placeholders: end},
		{Name: "withdrawn_subject", Subject: true, Replaces: true, Most: subject, Placeholders: end},
	}
}

// SampleMails are the mails that an organizer can look at and send himself
// before any fan gets one: the kinds, and the decline of a sale that is over.
func SampleMails() []string {
	return []string{string(MailReceipt), string(MailOffer), string(MailOrder), string(MailCancellation), string(MailDecline), "decline_over", string(MailWithdrawn)}
}

// TextPlaceOf gives a place by its name.
func TextPlaceOf(name string) (TextPlace, bool) {
	places := TextPlaces()
	at := slices.IndexFunc(places, func(p TextPlace) bool { return p.Name == name })
	if at < 0 {
		return TextPlace{}, false
	}
	return places[at], true
}

// placeholder is a name in braces. What is between braces in any other way
// is a mistake.
var placeholder = regexp.MustCompile(`\{([a-z_]{1,40})\}`)

// Expand puts values in the places of their names: {title} becomes
// values["title"]. It is all that ever happens to an organizer's words: no
// conditions, no calls, no look at anything but values, and what a value
// contains is not looked at again. Where a name has no value, or a brace is
// out of place, ok is false, and the words are not to be shown.
func Expand(words string, values map[string]string) (text string, ok bool) {
	var b strings.Builder
	for words != "" {
		at := strings.IndexAny(words, "{}")
		if at < 0 {
			b.WriteString(words)
			break
		}
		found := placeholder.FindStringSubmatchIndex(words[at:])
		if found == nil || found[0] != 0 {
			return "", false
		}
		value, known := values[words[at+found[2]:at+found[3]]]
		if !known {
			return "", false
		}
		b.WriteString(words[:at])
		b.WriteString(value)
		words = words[at+found[1]:]
	}
	return b.String(), true
}

// checkPlaceholders says in the organizer's words what is wrong with the
// braces of a text; "" when nothing is.
func checkPlaceholders(words string, names []string) string {
	there := "there are {" + strings.Join(names, "}, {") + "}"
	for {
		at := strings.IndexAny(words, "{}")
		if at < 0 {
			return ""
		}
		rest := words[at:]
		found := placeholder.FindStringSubmatch(rest)
		end := strings.IndexAny(rest[1:], "{}\n") + 1
		switch {
		case rest[0] == '}':
			return "has a } that no { opens; braces stand around placeholders only, like {" + names[0] + "}"
		case strings.HasPrefix(rest, "{{"):
			return "has {{ in it; a placeholder has one brace on each side, like {" + names[0] + "}"
		case end == 0 || rest[end] != '}':
			return "has a { that is never closed; braces stand around placeholders only, like {" + names[0] + "}"
		case found == nil || !strings.HasPrefix(rest, found[0]) || !slices.Contains(names, found[1]):
			return quote(rest[:end+1]) + " is no placeholder here; " + there
		}
		words = rest[end+1:]
	}
}

// maxOwnTexts keeps a sale at a size that travels: all own words together, in
// bytes.
const maxOwnTexts = 64 << 10

func (c *checker) ownTexts() {
	size := 0
	for _, name := range slices.Sorted(maps.Keys(c.s.Texts)) {
		if _, known := TextPlaceOf(name); !known {
			c.fail("texts", "%s is not one of the texts that can be written", quote(name))
		}
		for _, words := range c.s.Texts[name] {
			size += len(words)
		}
	}
	if size > maxOwnTexts {
		c.fail("texts", "have %s bytes together, but at most %s are possible", thousands(size), thousands(maxOwnTexts))
		return
	}
	for _, p := range TextPlaces() {
		c.ownText(p)
	}
}

func (c *checker) ownText(p TextPlace) {
	field, words := "texts."+p.Name, c.s.Texts[p.Name]
	before := len(c.errs)
	c.texts(field, words, textRule{most: p.Most, lines: !p.Subject})
	if len(c.errs) > before {
		return
	}
	for _, lang := range slices.Sorted(maps.Keys(words)) {
		if wrong := checkPlaceholders(words[lang], p.Placeholders); wrong != "" {
			c.fail(field+"."+lang, "%s", wrong)
			continue
		}
		if wrong := checkLinks(words[lang]); wrong != "" {
			c.fail(field+"."+lang, "%s", wrong)
		}
	}
}

// checkLinks wants every address to be one that [Paragraphs] makes a link of:
// nobody should see an address on a page that cannot be followed, nor follow
// one in the clear.
func checkLinks(words string) string {
	for word := range strings.FieldsSeq(words) {
		if !strings.Contains(word, "://") {
			continue
		}
		if _, _, ok := cutLink(word); ok {
			continue
		}
		if strings.Contains(word, "http://") {
			return fmt.Sprintf("%s does not begin with https://", quote(word))
		}
		return fmt.Sprintf("%s is not an address of a page that stands on its own; write it like https://www.example.com/terms, with a blank before and behind it", quote(word))
	}
	return ""
}

// cutLink splits a word into an https address and the punctuation behind it.
func cutLink(word string) (link, rest string, ok bool) {
	marks := `.,;:!?"'»”’…`
	if !strings.Contains(word, "(") {
		marks += ")"
	}
	link = strings.TrimRight(word, marks)
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "https" || !strings.HasPrefix(link, "https://") || u.Hostname() == "" || u.User != nil ||
		len(link) > maxURL || strings.ContainsAny(link, "\"<>\\^`{|}") || strings.Count(link, "://") > 1 {
		return "", word, false
	}
	return link, word[len(link):], true
}

// Piece is a piece of a paragraph: text, an address (Text is it, too), or a
// line's end.
type Piece struct {
	Text  string
	URL   string
	Break bool
}

// Paragraphs cuts an organizer's words into paragraphs, which empty lines
// part, and finds the links in them: https addresses that stand on their own.
// Blanks at the ends of lines, and all but one between words, are left out.
func Paragraphs(words string) [][]Piece {
	var all [][]Piece
	var open []Piece
	for line := range strings.SplitSeq(words, "\n") {
		pieces := piecesOf(line)
		switch {
		case len(pieces) == 0 && open != nil:
			all, open = append(all, open), nil
		case len(pieces) > 0 && open != nil:
			open = append(append(open, Piece{Break: true}), pieces...)
		case len(pieces) > 0:
			open = pieces
		}
	}
	if open != nil {
		all = append(all, open)
	}
	return all
}

// piecesOf is Paragraphs of one line.
func piecesOf(line string) []Piece {
	var pieces []Piece
	text := ""
	// Blanks that must not be broken at are part of words.
	for i, word := range strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' || r == '\r' }) {
		if i > 0 {
			text += " "
		}
		link, rest, ok := cutLink(word)
		if !ok {
			text += word
			continue
		}
		if text != "" {
			pieces = append(pieces, Piece{Text: text})
		}
		pieces, text = append(pieces, Piece{Text: link, URL: link}), rest
	}
	if text != "" {
		pieces = append(pieces, Piece{Text: text})
	}
	return pieces
}

func (d *description) ownTexts(t Texts) {
	for _, p := range TextPlaces() {
		d.texts("texts."+p.Name, t[p.Name])
	}
}
