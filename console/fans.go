package console

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/inturn/inturn/internal/helpdesk"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// aFan is one place as its page is made of: all that is stored, and how the
// sale stands.
type aFan struct {
	helpdesk.Question
}

// fan reads it. The box office is asked last, so that no transaction waits.
func (s *Server) fan(ctx context.Context, st line.State, number int) (aFan, error) {
	f, err := s.line.Fan(ctx, st.Sale.Slug, number)
	if err != nil {
		return aFan{}, err
	}
	queue, err := s.line.Queue(ctx, st.Sale.Slug, number)
	if err != nil {
		return aFan{}, err
	}
	_, boxErr := s.box.Stock(ctx, st.Sale.Slug)
	return aFan{helpdesk.Question{Fan: f, State: st, Queue: queue, Now: s.clock(), BoxDown: boxErr != nil}}, nil
}

// fanNumber is the number in a path.
func fanNumber(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, sale.E(sale.CodeNotFound, "There is no place %q in this line.", text)
	}
	return n, nil
}

// page is the fan's page for somebody with this role. Who may only look sees
// the address masked, as exports have it.
func (f aFan) page(role sale.Role, forms map[string]templates.FanForm) templates.FanPage {
	p := templates.FanPage{
		Number: f.Fan.Number, Class: f.Fan.Class, Address: f.Fan.Address, MailLang: f.Fan.Lang, Joined: f.Fan.Joined,
		Timezone: f.State.Sale.Timezone, Others: f.Fan.OtherPlaces,
	}
	for _, r := range helpdesk.Waits(f.Question) {
		p.Reasons = append(p.Reasons, r.Text)
	}
	for _, e := range helpdesk.Timeline(f.Fan, &f.State.Sale) {
		p.Events = append(p.Events, templates.FanEvent{At: e.At, Text: e.Text, Actor: e.Actor, Why: e.Why})
	}
	if !role.May(sale.RoleManager) {
		if p.Address != "" {
			p.Address = sale.MaskAddress(p.Address)
		}
		return p
	}
	for _, a := range f.acts() {
		a.Form = forms[a.Name]
		p.Acts = append(p.Acts, a)
	}
	for name, form := range forms { // of an act that makes no sense any more
		if !slices.ContainsFunc(p.Acts, func(a templates.FanAct) bool { return a.Name == name }) {
			p.Problem = form.Problem
		}
	}
	return p
}

// latest is the newest offer, or nil.
func (f aFan) latest() *line.FanOffer {
	if n := len(f.Fan.Offers); n > 0 {
		return &f.Fan.Offers[n-1]
	}
	return nil
}

// order is the order that stands and that nobody has asked to cancel, or nil.
func (f aFan) order() *line.FanOrder {
	for i, o := range f.Fan.Orders {
		if o.Order.State == sale.OrderConfirmed && o.Asked.IsZero() {
			return &f.Fan.Orders[i]
		}
	}
	return nil
}

// acts are those that make sense now. Whoever posts another is refused by the
// line, with the reason.
func (f aFan) acts() []templates.FanAct {
	if !f.Fan.Erased.IsZero() {
		return nil
	}
	here := f.Fan.Withdrawn.IsZero()
	open := f.latest() != nil && f.latest().State == sale.OfferOpen
	var names []string
	for _, a := range []struct {
		name string
		when bool
	}{
		{"resend", open && here},
		{"correct", here},
		{"withdraw", here && f.order() == nil},
		{"export", true},
		{"void", open},
		{"cancel", f.order() != nil},
		{"erase", true},
	} {
		if a.when {
			names = append(names, a.name)
		}
	}
	var all []templates.FanAct
	for _, name := range names {
		all = append(all, f.act(name))
	}
	return all
}

// can says whether an act makes sense now.
func (f aFan) can(name string) bool {
	return slices.ContainsFunc(f.acts(), func(a templates.FanAct) bool { return a.Name == name })
}

// act says what an act does, in a sentence or two.
func (f aFan) act(name string) templates.FanAct {
	a := templates.FanAct{Name: name}
	switch name {
	case "resend":
		a.Label, a.Button = "Send the link again", "Send it again"
		a.Text = fmt.Sprintf("The same offer, with a new link that is good for %s from when the mail leaves. At most three times in 24 hours.", sale.Spelled(f.State.Sale.Dispatch.LinkLife))
	case "correct":
		a.Label, a.Button, a.NewAddress = "Correct the address", "Correct it", true
		a.Text = "Mail that waits goes to the new address, and so do the receipt and an open offer once more. If mail had come back and the turn was lost by it, the place is next again by its number. The receipt that went to the old address opens the place no more; a link that went there to an open offer still does, until the offer is over."
	case "withdraw":
		a.Label, a.Button = "Take out of the line", "Take out"
		a.Text = "As if the fan had left: an open offer goes to the next in line, and the fan is mailed that it is done. It can be taken back on the fan's own page while no ticket was given on."
	case "export":
		a.Label, a.Button = "Export what is stored", "Download"
		a.Text = "Everything that this sale's line has stored about the person, as a JSON file. That it was exported is kept in the history."
	case "void":
		a.Label, a.Button, a.Asks = "Take the offer back", "Take the offer back", true
		a.Text = "The link stops working, and the tickets go to the next in line."
	case "cancel":
		a.Label, a.Button, a.Asks = "Cancel the order", "Cancel the order", true
		a.Text = "The tickets are void and go to the next in line."
	case "erase":
		a.Label, a.Button, a.Asks = "Erase the person", "Erase for good", true
		a.Text = "The address is removed everywhere; the number stays."
	}
	return a
}

// effects are what an act that asks first will do.
func (f aFan) effects(name string) []string {
	tickets := func(n int) string {
		if n == 1 {
			return "1 ticket"
		}
		return strconv.Itoa(n) + " tickets"
	}
	switch name {
	case "void":
		kept := ""
		if o := f.latest(); o != nil && o.State == sale.OfferOpen {
			kept = " (" + tickets(o.Granted) + ")"
		}
		return []string{
			"The link stops working within seconds. If the fan buys before that, the purchase stands.",
			"What was kept for the fan" + kept + " goes to the next in line.",
			"The place does not wait again: its turn is used up.",
			"No mail is sent; the fan's own page says that the offer was taken back.",
			"It cannot be undone.",
		}
	case "cancel":
		what := "The order is cancelled, and its tickets are void."
		if o := f.order(); o != nil {
			what = "Order " + o.Order.Code + " (" + tickets(len(o.Order.Tickets)) + ", " + o.Order.Currency + " " +
				sale.FormatPrice(o.Order.Total, o.Order.Currency) + ") is cancelled, and its tickets are void."
		}
		return []string{
			what,
			"The tickets go to the next in line.",
			"The fan is mailed that the order is cancelled.",
			"The place does not wait again: its turn is used up.",
			"Money is not paid back by inturn. It cannot be undone.",
		}
	default:
		all := []string{
			"The address and everything that leads to the person is removed from this sale's line. The number stays, with what happened to it.",
			"Mails that wait are not sent, and no mail is sent about this.",
		}
		if o := f.latest(); o != nil && o.State.Live() {
			all = append(all, "The offer is closed within seconds, and its tickets go to the next in line.")
		}
		if n := len(f.Fan.OtherPlaces); n > 0 {
			all = append(all, fmt.Sprintf("The same is done for the other places of this address in this sale (%d).", n))
		}
		return append(all, "Other sales are not touched, nor backups. It cannot be undone.")
	}
}

// doAct does one act with what was typed.
func (s *Server) doAct(ctx context.Context, name string, a line.Act, typed map[string]string) error {
	switch name {
	case "resend":
		return s.line.ResendOffer(ctx, a)
	case "withdraw":
		return s.line.WithdrawFor(ctx, a)
	case "void":
		return s.line.VoidOffer(ctx, a)
	case "cancel":
		return s.line.CancelOrder(ctx, a)
	case "erase":
		return s.line.Erase(ctx, a, line.OrderChoice(typed["order"]))
	default:
		to, err := helpdesk.ParseAddress(typed["address"])
		if err != nil {
			return addressField(err)
		}
		return s.line.CorrectAddress(ctx, a, to)
	}
}

// addressField says of an address that is none which field it stands in.
func addressField(err error) error {
	var e *sale.Error
	if !errors.As(err, &e) {
		return err
	}
	named := *e
	named.Fields = []sale.FieldError{{Field: "address", Message: e.Message}}
	return &named
}

// doneAct is what the next page says.
func doneAct(name string) string {
	return map[string]string{
		"resend":   "The mail with the link is on its way again.",
		"correct":  "The address is corrected.",
		"withdraw": "The fan is out of the line.",
		"void":     "The offer is being closed.",
		"cancel":   "The order is being cancelled.",
		"erase":    "The person is erased.",
	}[name]
}

// historyMost is how many entries a page has.
const historyMost = 50

// historyPage is a page of the audit from an entry on, or the newest.
func (s *Server) historyPage(ctx context.Context, st line.State, number int, before int64) (templates.HistoryPage, error) {
	p := templates.HistoryPage{Number: number, Timezone: st.Sale.Timezone, Newest: before == 0}
	rows, err := s.line.History(ctx, line.HistoryPage{Sale: st.Sale.Slug, Number: number, Before: before, Most: historyMost + 1})
	if err != nil {
		return p, err
	}
	if len(rows) > historyMost {
		rows = rows[:historyMost]
		p.Older = fmt.Sprintf("/sales/%s/history?before=%d", st.Sale.Slug, rows[historyMost-1].ID)
		if number > 0 {
			p.Older += fmt.Sprintf("&number=%d", number)
		}
	}
	for _, e := range rows {
		p.Entries = append(p.Entries, templates.HistoryEntry{At: e.At, Number: e.Number, Text: helpdesk.Words(e), Actor: e.Actor, Why: e.Why})
	}
	return p, nil
}
