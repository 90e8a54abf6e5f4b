package helpdesk_test

import (
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/helpdesk"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

var noon = time.Date(2027, 3, 12, 11, 0, 0, 0, time.UTC) // in Zurich

func running() line.State {
	return line.State{
		Sale: sale.Sale{
			Slug: "lakeside", Timezone: "Europe/Zurich", Currency: "CHF", Tickets: sale.Tickets{MaxPerFan: 4},
			Dispatch: sale.Dispatch{Starts: noon.Add(-time.Hour), Ends: noon.Add(48 * time.Hour), Batch: 100, LinkLife: time.Hour},
		},
		Stored: 1, Latest: 1, NextBatch: noon.Add(time.Minute), Reached: 10,
	}
}

func offer(state sale.OfferState) line.FanOffer {
	return line.FanOffer{ID: "o", Granted: 4, State: state, Ends: noon.Add(time.Hour), Planned: noon}
}

// TestWaits is the table of reasons: which of them are given, in which order,
// and the words that a fan is told.
func TestWaits(t *testing.T) {
	type q = helpdesk.Question
	for name, c := range map[string]struct {
		change func(*q)
		want   string // reasons, in order
		words  string // somewhere in the first one
	}{
		"next":         {func(*q) {}, "next", "is the next to get an offer"},
		"one ahead":    {func(q *q) { q.Queue.Ahead = 1 }, "others are ahead", "One other place is ahead. The next batch, of up to 100, is due at 12:01:00 CET."},
		"many ahead":   {func(q *q) { q.Queue.Ahead = 1234 }, "others are ahead", "1,234 others wait ahead"},
		"too many":     {func(q *q) { q.Queue = line.Queue{Ahead: 20_000, AtLeast: true} }, "others are ahead", "more than 20,000 others"},
		"no schedule":  {func(q *q) { q.State.NextBatch = time.Time{} }, "next", "has no time yet"},
		"before start": {func(q *q) { q.State.Sale.Dispatch.Starts = noon.Add(time.Hour) }, "not started, next", "Offers begin at 13:00:00 CET."},
		"days before":  {func(q *q) { q.State.Sale.Dispatch.Starts = noon.Add(30 * time.Hour) }, "not started, next", "on Sat 13 Mar 2027 at 18:00:00 CET"},
		"at the start": {func(q *q) { q.State.Sale.Dispatch.Starts = noon }, "next", ""},
		"paused":       {func(q *q) { q.State.Paused = true }, "paused, next", "until somebody resumes it"},
		"frozen":       {func(q *q) { q.State.Frozen, q.State.FrozenSince = true, noon.Add(-time.Minute) }, "frozen, next", "11:59:00 CET: no offer is made, and no clock runs"},
		"quiet":        {func(q *q) { q.State.Sale.Dispatch.Quiet = sale.QuietHours{From: 10 * 3600, To: 14 * 3600} }, "quiet hours, next", "end at 14:00:00 CET"},
		"quiet before the start": {func(q *q) {
			q.State.Sale.Dispatch.Quiet = sale.QuietHours{From: 10 * 3600, To: 14 * 3600}
			q.State.Sale.Dispatch.Starts = noon.Add(time.Hour)
		}, "not started, next", ""},
		"mails to go":            {func(q *q) { q.Queue.Untried = 12 }, "mails of the last batch, next", "12 mails to go"},
		"unreachable":            {func(q *q) { q.BoxDown = true }, "box office unreachable, next", "nothing is lost"},
		"never put":              {func(q *q) { q.State.Stored, q.BoxDown, q.State.PendingWhy = 0, true, "refused" }, "box office has no version, next", "Because: refused"},
		"a newer one is pending": {func(q *q) { q.State.Latest = 2 }, "next", ""},
		"sold out":               {func(q *q) { q.State.SoldOut = true }, "sold out, next", "If an order is cancelled"},
		"too late":               {func(q *q) { q.State.Sale.Dispatch.Ends = noon.Add(59 * time.Minute) }, "too late for a whole life, next", "its whole life of 1 hour."},
		"just in time":           {func(q *q) { q.State.Sale.Dispatch.Ends = noon.Add(time.Hour) }, "next", ""},
		"over":                   {func(q *q) { q.State.Sale.Dispatch.Ends = noon; q.State.Paused = true }, "over", "ended at 12:00:00 CET"},
		"several":                {func(q *q) { q.State.Paused, q.State.SoldOut, q.Queue.Ahead = true, true, 5 }, "paused, sold out, others are ahead", ""},
		"erased":                 {func(q *q) { q.Fan.Erased, q.Fan.Withdrawn = noon, noon }, "erased", "Only the number is left"},
		"withdrawn":              {func(q *q) { q.Fan.Withdrawn, q.Fan.Offers = noon, []line.FanOffer{offer(sale.OfferOpen)} }, "withdrawn", "left the line at 12:00:00 CET"},
		"open":                   {func(q *q) { q.Fan.Offers = []line.FanOffer{offer(sale.OfferOpen)} }, "has an offer", "up to 4 tickets, open until Fri 12 Mar 2027, 13:00:00 CET"},
		"open, frozen": {func(q *q) {
			o := offer(sale.OfferOpen)
			q.Fan.Offers, q.State.Frozen, q.State.FrozenSince = []line.FanOffer{o}, true, o.Ends.Add(-90*time.Second)
		}, "has an offer", "stands still, with 1 minute 30 seconds left"},
		"open, unmailed": {func(q *q) { q.Fan.Offers = []line.FanOffer{{State: sale.OfferOpen, Granted: 1}} }, "offer being prepared", "up to 1 ticket. Its mail has not left yet, and its time does not run."},
		"open, unmailed, paused": {func(q *q) {
			q.Fan.Offers, q.State.Paused = []line.FanOffer{{State: sale.OfferOpen, Granted: 1}}, true
		}, "offer being prepared", "The sale is paused: no offer is mailed."},
		"planned":                    {func(q *q) { q.Fan.Offers = []line.FanOffer{offer(sale.OfferPlanned)} }, "offer being prepared", "is asked for its tickets"},
		"closing":                    {func(q *q) { q.Fan.Offers = []line.FanOffer{offer(sale.OfferClosing)} }, "offer being closed", "Until it has answered"},
		"expired":                    {func(q *q) { q.Fan.Offers = []line.FanOffer{offer(sale.OfferExpired)} }, "had its turn", "ran out unused"},
		"declined":                   {func(q *q) { q.Fan.Offers = []line.FanOffer{offer(sale.OfferDeclined)} }, "had its turn", "was given back"},
		"voided":                     {func(q *q) { q.Fan.Offers = []line.FanOffer{offer(sale.OfferVoided)} }, "had its turn", "taken back by an organizer"},
		"bounced":                    {func(q *q) { q.Fan.Offers, q.Fan.Bounced = []line.FanOffer{offer(sale.OfferBounced)}, true }, "bounced", "Correct the address"},
		"bounced after three rounds": {func(q *q) { q.Fan.Offers, q.Fan.Bounced = []line.FanOffer{offer(sale.OfferUndelivered)}, true }, "bounced", ""},
		"bounced, corrected": {func(q *q) {
			o := offer(sale.OfferBounced)
			o.Returned = noon
			q.Fan.Offers = []line.FanOffer{o}
		}, "next", ""},
		"dropped":     {func(q *q) { q.Fan.Offers = []line.FanOffer{offer(sale.OfferDropped)} }, "next", ""},
		"undelivered": {func(q *q) { q.Fan.Offers = []line.FanOffer{offer(sale.OfferUndelivered)} }, "next", ""},
		"bought": {func(q *q) {
			q.Fan.Offers = []line.FanOffer{offer(sale.OfferBought)}
			q.Fan.Orders = []line.FanOrder{{Order: sale.Order{Code: "K7QM", State: sale.OrderConfirmed, Tickets: make([]sale.Ticket, 2)}}}
		}, "bought", "order K7QM, 2 tickets"},
		"cancelled": {func(q *q) {
			q.Fan.Orders = []line.FanOrder{{Order: sale.Order{Code: "K7QM", State: sale.OrderCancelled}}}
		}, "cancelled", "K7QM was cancelled"},
	} {
		t.Run(name, func(t *testing.T) {
			question := q{Fan: line.Fan{Number: 42, Waiting: true}, State: running(), Now: noon}
			c.change(&question)
			reasons := helpdesk.Waits(question)
			var got []string
			for _, r := range reasons {
				got = append(got, string(r.Why))
				if question.State.Halted() && strings.Contains(r.Text, "is due") {
					t.Errorf("nothing is offered, and yet: %s", r.Text)
				}
				if r.Text == "" || !strings.HasSuffix(strings.TrimSpace(r.Text), ".") && c.want != "box office has no version, next" {
					t.Errorf("%s is said as %q", r.Why, r.Text)
				}
			}
			if got := strings.Join(got, ", "); got != c.want || !strings.Contains(reasons[0].Text, c.words) {
				t.Errorf("got %s (%q), want %s with %q", got, reasons[0].Text, c.want, c.words)
			}
		})
	}
}
