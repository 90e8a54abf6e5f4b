package watch

import (
	"fmt"
	"html/template"
	"slices"
	"time"

	"github.com/inturn/inturn/internal/chart"
	"github.com/inturn/inturn/internal/figures"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// signUps draws the form's last hour, minute by minute.
func (v view) signUps() template.HTML {
	b := v.SignUps
	f := chart.Frame{ID: "chart-signups", Title: "Sign-ups per minute", Unit: "sign-ups", Zone: v.zone}
	r := v.State.Sale.Registration
	switch {
	case v.At.Before(r.Opens):
		f.Empty = "The form opens on " + v.long(r.Opens) + "."
		return chart.Columns(f, chart.Bins{})
	case len(b.Values) == 0:
		f.Empty = "Nobody has signed up yet."
		return chart.Columns(f, chart.Bins{})
	}
	most, sum := slices.Max(b.Values), 0
	for _, n := range b.Values {
		sum += n
	}
	at := b.Start.Add(time.Duration(slices.Index(b.Values, most)) * b.Step)
	hour := "in the last hour"
	if !b.Open {
		hour = "in the form's last hour"
	}
	f.Summary = fmt.Sprintf("%s %s, at most %s in a minute, at %s.", chart.Number(sum), hour, chart.Number(most), v.clock(at))
	if sum == 0 {
		f.Summary = "Nobody signed up in this time."
	}
	return chart.Columns(f, chart.Bins{Start: b.Start, Step: b.Step, Values: b.Values, Open: b.Open})
}

// classes draws how full each class is.
func (v view) classes() template.HTML {
	st, caps := v.State, v.State.Sale.Caps
	given := st.GuaranteedGiven
	return chart.HorizontalBars(chart.Frame{ID: "chart-classes", Title: "How full each class is", Unit: "places", Empty: "There are no places."},
		chart.Bars{Head: "Class", Rows: []chart.Bar{
			{Name: "Guaranteed", Values: []int{given}, Of: max(caps.Guaranteed, given)},
			{Name: "Standby", Values: []int{st.Last - given}, Of: max(caps.Standby, st.Last-given)},
		}})
}

// units draws where the tickets were over time.
func (v view) units() template.HTML {
	f := chart.Frame{ID: "chart-units", Title: "Tickets by account", Unit: "tickets", Zone: v.zone, Wide: true}
	u := v.Units
	if len(u.At) == 0 {
		f.Empty = "No ticket has been offered yet."
		if !u.Known {
			f.Empty = "The box office has not told of this sale yet."
		}
		return chart.Areas(f, chart.Over{})
	}
	c := u.Stock.Capacity()
	f.Summary = fmt.Sprintf("%s of %s tickets are sold (%s), %s are offered, %s are available.",
		chart.Number(c.Sold), chart.Number(c.Issued), chart.Share(c.Sold, c.Issued), chart.Number(c.Offered), chart.Number(c.Available))
	o := chart.Over{At: u.At}
	for i, account := range u.Accounts {
		o.Series = append(o.Series, chart.Series{Name: account, Values: u.Balances[i]})
	}
	return chart.Areas(f, o)
}

// funnel draws what became of those who were mailed.
func (v view) funnel() template.HTML {
	o := v.Offers
	mailed := o.Sent()
	open := o.Sent(sale.OfferPlanned, sale.OfferOpen, sale.OfferClosing)
	bought, declined, expired := o.Sent(sale.OfferBought), o.Sent(sale.OfferDeclined), o.Sent(sale.OfferExpired)
	f := chart.Frame{
		ID: "chart-funnel", Title: "From mail to purchase", Unit: "offers", Empty: "No offer has been mailed yet.",
		Summary: fmt.Sprintf("Of %s %s were bought.", sale.Counted(mailed, "mailed offer"), chart.Share(bought, mailed)),
	}
	if mailed == 0 {
		return chart.HorizontalBars(f, chart.Bars{})
	}
	return chart.HorizontalBars(f, chart.Bars{Head: "What became of it", Rows: []chart.Bar{
		{Name: "Mailed", Values: []int{mailed}, Of: mailed},
		{Name: "Bought", Values: []int{bought}, Of: mailed},
		{Name: "Declined", Values: []int{declined}, Of: mailed},
		{Name: "Expired", Values: []int{expired}, Of: mailed},
		{Name: "Ended otherwise", Values: []int{mailed - open - bought - declined - expired}, Of: mailed},
		{Name: "Still open", Values: []int{open}, Of: mailed},
	}})
}

// stateWords are what organizers call the states of an offer.
func stateWords(state sale.OfferState) string {
	switch state {
	case sale.OfferPlanned:
		return "Waiting for the box office"
	case sale.OfferOpen:
		return "Open"
	case sale.OfferClosing:
		return "Being closed"
	case sale.OfferBought:
		return "Bought"
	case sale.OfferDeclined:
		return "Declined"
	case sale.OfferExpired:
		return "Expired"
	case sale.OfferUndelivered:
		return "Could not be delivered"
	case sale.OfferBounced:
		return "Address refused"
	case sale.OfferWithdrawn:
		return "Left the line"
	case sale.OfferErased:
		return "Person erased"
	case sale.OfferVoided:
		return "Taken back"
	case sale.OfferDropped:
		return "Got no ticket, next again"
	}
	return string(state)
}

// offers draws the offers by state.
func (v view) offers() template.HTML {
	b := chart.Bars{Head: "State"}
	for _, state := range figures.OfferStates() {
		if n := v.Offers.All(state); n > 0 {
			b.Rows = append(b.Rows, chart.Bar{Name: stateWords(state), Values: []int{n}})
		}
	}
	return chart.HorizontalBars(chart.Frame{
		ID: "chart-offers", Title: "Offers by state", Unit: "offers", Empty: "No offer has been made yet.",
		Summary: sale.Counted(v.Offers.All(), "offer") + " in " + sale.Counted(int(v.Offers.Batch), "batch") + ".",
	}, b)
}

// resultParts are the results of hand-overs in the order in which they are
// drawn.
func resultParts() []string {
	return []string{"accepted", "to be tried again", "refused", "unknown", "our own fault"}
}

func parts(r figures.Results) []int {
	return []int{
		r[line.ResultAccepted], r[line.ResultTemporary], r[line.ResultRefused], r[line.ResultUnknown],
		r[line.ResultFault] + r[line.ResultAside],
	}
}

// kindWords are what organizers call the kinds of mail.
func kindWords(kind sale.MailKind) string {
	switch kind {
	case sale.MailOffer:
		return "Offers"
	case sale.MailOrder:
		return "Orders"
	case sale.MailWithdrawn:
		return "Withdrawals"
	case sale.MailDecline:
		return "Polite declines"
	case sale.MailReceipt:
		return "Receipts"
	case sale.MailConfirm:
		return "Confirmations"
	case sale.MailCancellation:
		return "Cancellations"
	case sale.MailInvitation:
		return "Organizers’ invitations"
	case sale.MailTest:
		return "Test mails"
	}
	return string(kind)
}

// mails draws hand-overs by kind and result, and what waits.
func (v view) mails() template.HTML {
	b := chart.Bars{Head: "Kind", Parts: append(resultParts(), "waiting")}
	for _, kind := range sale.MailKinds() {
		values := append(parts(v.Mails.Results(kind)), v.Queues.Mails[kind])
		if v.Mails.Results(kind).All()+v.Queues.Mails[kind] > 0 {
			b.Rows = append(b.Rows, chart.Bar{Name: kindWords(kind), Values: values})
		}
	}
	var back int
	for _, n := range v.Queues.Bounced {
		back += n
	}
	f := chart.Frame{ID: "chart-mails", Title: "Mail by result", Unit: "hand-overs", Empty: "No mail has left yet.", Summary: "Each try to hand a mail over counts."}
	if back > 0 {
		f.Summary += " " + chart.Number(back) + " came back later."
	}
	return chart.HorizontalBars(f, b)
}

// domains draws hand-overs by receiving domain.
func (v view) domains() template.HTML {
	b := chart.Bars{Head: "Domain", Parts: resultParts()}
	for _, d := range v.Mails.Domains {
		name := d.Domain
		if name == "" {
			name = "others"
		}
		b.Rows = append(b.Rows, chart.Bar{Name: name, Values: parts(d.Results)})
	}
	return chart.HorizontalBars(chart.Frame{ID: "chart-domains", Title: "Mail by receiving domain", Unit: "hand-overs", Empty: "No mail has left yet."}, b)
}
