package demo

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/inturn/inturn/internal/sale"
)

// The chart of the report has at most mostRows lines, and fewer so that each
// is a whole number of tickets, unless that would leave less than leastRows.
const leastRows, mostRows = 8, 16

// Print writes the report for a person.
func (r Report) Print(w io.Writer, t Terminal) {
	head := func(words string) { fmt.Fprintf(w, "\n%s\n\n", t.paint(bold, words)) }
	head("The sale, over time")
	fmt.Fprintln(w, chart(thin(r.Curve, 400), r.Tickets, t, reportRows(r.Tickets)))
	if len(r.Line) > 0 {
		head("Who got in, at which number")
		fmt.Fprintln(w, strip(r, t))
		fmt.Fprintf(w, "\n         higher: more tickets   · bought nothing   ░ still waiting at the end\n")
	}
	head("The crowd")
	fmt.Fprintln(w, r.crowdTable())
	head("The figures")
	for _, f := range r.figures() {
		fmt.Fprintf(w, "  %s%s\n", t.paint(faint, fmt.Sprintf("%-10s", f[0])), wrapped(f[1], max(t.Width, leastChart)-13))
	}
	head("The promises")
	for _, p := range r.Promises {
		if p.Kept {
			fmt.Fprintf(w, "  %s %s\n", t.paint(green, "✓"), p.Text)
			continue
		}
		fmt.Fprintf(w, "  %s\n", t.paint(red, "✗ BROKEN: "+p.Text))
		for _, seen := range p.Seen {
			fmt.Fprintf(w, "      %s\n", seen)
		}
	}
	fmt.Fprintf(w, "\n%s\n", r.verdict(t))
	fmt.Fprintf(w, "Drawing: %s\n", r.Drawing)
	if r.Data != "" {
		fmt.Fprintf(w, "Data:    %s   (try: inturn --data %s orders %s)\n", r.Data, r.Data, Slug)
	}
}

// reportRows is how high the chart of the report is.
func reportRows(tickets int) int {
	for rows := mostRows; rows >= leastRows; rows-- {
		if tickets%rows == 0 {
			return rows
		}
	}
	return min(mostRows, max(tickets, 1))
}

// wrapped breaks words into lines that stand below each other, behind a label.
func wrapped(words string, width int) string {
	lines := strings.Split(text.WrapSoft(words, width), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ") // WrapSoft fills lines up
	}
	return strings.Join(lines, "\n            ")
}

// crowdTable says what became of those who behave alike.
func (r Report) crowdTable() string {
	tw := table.NewWriter()
	style := table.StyleLight
	style.Options = table.Options{SeparateHeader: true, SeparateFooter: true}
	style.Format.Header, style.Format.Footer = 0, 0
	tw.SetStyle(style)
	tw.AppendHeader(table.Row{"", "fans", "in line", "mailed a link", "bought", "tickets"})
	var sum Outcome
	for _, b := range Behaviours() {
		o, ok := r.Crowd[b]
		if !ok {
			continue
		}
		tw.AppendRow(table.Row{b.Words(), o.Fans, o.InLine, o.Offered, o.Bought, o.Tickets})
		sum.Fans += o.Fans
		sum.InLine += o.InLine
		sum.Offered += o.Offered
		sum.Bought += o.Bought
		sum.Tickets += o.Tickets
	}
	tw.AppendFooter(table.Row{"all", sum.Fans, sum.InLine, sum.Offered, sum.Bought, sum.Tickets})
	return tw.Render()
}

// figures are the report's lines, each with its label.
func (r Report) figures() [][2]string {
	at := func(seconds float64) string {
		if seconds == 0 {
			return "never"
		}
		return spell(seconds)
	}
	digits, _ := sale.CurrencyDigits(r.Sales.Currency)
	types := make([]string, 0, len(r.Sales.ByType))
	for _, id := range sortedKeys(r.Sales.ByType) {
		types = append(types, fmt.Sprintf("%s %s", thousands(r.Sales.ByType[id]), id))
	}
	over := make([]string, 0, len(r.Offers.Over))
	for _, reason := range sortedKeys(r.Offers.Over) {
		over = append(over, fmt.Sprintf("%s %s", thousands(r.Offers.Over[reason]), reason))
	}
	mails := make([]string, 0, len(r.Mails.Taken))
	for _, kind := range []sale.MailKind{sale.MailReceipt, sale.MailOffer, sale.MailOrder, sale.MailDecline} {
		mails = append(mails, counted(r.Mails.Taken[kind], string(kind), string(kind)+"s"))
	}
	if n := r.Mails.Taken[sale.MailWithdrawn]; n > 0 {
		mails = append(mails, counted(n, "withdrawal", "withdrawals"))
	}
	return [][2]string{
		{"Demand", fmt.Sprintf("%s wanted by %s; %s for sale, at most %d each",
			counted(r.Demand.Wanted, "ticket", "tickets"), counted(r.Fans, "fan", "fans"), thousands(r.Tickets), r.MaxPerFan)},
		{"Line", fmt.Sprintf("%s guaranteed, %s on standby; %s came too late and saw the notice",
			thousands(r.Demand.Guaranteed), thousands(r.Demand.Standby), thousands(r.Demand.TurnedAway))},
		{"Offers", joined(fmt.Sprintf("%s made, %s bought (%.0f %%)", thousands(r.Offers.Made), thousands(r.Offers.Bought), 100*r.Offers.Conversion), over)},
		{"Recycled", counted(r.Offers.Recycled, "ticket", "tickets") + " came back from links and went to the next in line"},
		{"Sold", joined(fmt.Sprintf("%s of %s in %s", thousands(r.Sales.Sold), thousands(r.Tickets), counted(r.Sales.Orders, "order", "orders")), types) +
			fmt.Sprintf("; %s %s", r.Sales.Currency, grouped(sale.FormatMoney(r.Sales.Takings, digits)))},
		{"Reached", fmt.Sprintf("number %s is the last that got tickets", thousands(r.Sales.LastNumber))},
		{"Mails", joined(thousands(r.Mails.Total)+" taken", mails) +
			fmt.Sprintf("; %s refused; scanners opened %s", thousands(r.Mails.Refused), counted(r.Mails.Scanned, "link", "links"))},
		{"Times", fmt.Sprintf("line full %s, first offer %s, sold out %s, everybody knew %s",
			at(r.Times.LineFull), at(r.Times.FirstOffer), at(r.Times.SoldOut), at(r.Times.Over))},
	}
}

// joined is a sum with its parts behind a colon.
func joined(sum string, parts []string) string {
	if len(parts) == 0 {
		return sum
	}
	return sum + ": " + strings.Join(parts, ", ")
}

func (r Report) verdict(t Terminal) string {
	broken := len(r.Broken())
	switch {
	case broken > 0:
		return t.paint(red, counted(broken, "promise was", "promises were")+" broken.")
	case r.Interrupted:
		return "Stopped before the end; nothing is broken so far."
	default:
		return t.paint(green, fmt.Sprintf("Every promise was kept. Seed %d.", r.Seed))
	}
}
