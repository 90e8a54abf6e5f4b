package helpdesk

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// Event is one thing that happened to a place. Actor and Why are set for what
// somebody did.
type Event struct {
	At    time.Time `json:"at"`
	Text  string    `json:"text"`
	Actor string    `json:"actor,omitempty"`
	Why   string    `json:"why,omitempty"`
}

// Timeline is everything that is known to have happened to a place, oldest
// first.
func Timeline(f line.Fan, s *sale.Sale) []Event {
	t := &timeline{sale: s}
	t.joined(f)
	for _, o := range f.Offers {
		t.offer(o)
		t.stood(f, o)
	}
	for _, o := range f.Orders {
		t.order(o)
	}
	for _, m := range f.Mails {
		t.mail(m)
	}
	for _, e := range f.Audit {
		t.act(e)
	}
	slices.SortStableFunc(t.events, func(a, b Event) int { return cmp.Compare(a.At.UnixMilli(), b.At.UnixMilli()) })
	return t.events
}

type timeline struct {
	sale   *sale.Sale
	events []Event
}

func (t *timeline) add(at time.Time, format string, args ...any) {
	if !at.IsZero() {
		t.events = append(t.events, Event{At: at, Text: fmt.Sprintf(format, args...)})
	}
}

func (t *timeline) joined(f line.Fan) {
	class := f.Class
	if !f.Promoted.IsZero() {
		class = sale.Standby
	}
	t.add(f.Joined, "Joined the line at number %s, %s.", sale.FormatCount(f.Number), class)
	t.add(f.Promoted, "Became guaranteed: the sale's guaranteed places were raised.")
}

func (t *timeline) offer(o line.FanOffer) {
	t.add(o.Planned, "Its turn came: an offer of up to %s was planned, in batch %d.", sale.Counted(o.Most, "ticket"), o.Batch)
	t.add(o.Opened, "The box office kept %s for it.", sale.Counted(o.Granted, "ticket"))
	t.add(o.Over, "%s", over(o, t.sale))
	t.add(o.Returned, "The turn that this offer had used up was given back.")
}

// stood is each freeze that an offer lived through. Its end moved only if its
// time ran when the freeze began: it runs from when the first mail leaves.
func (t *timeline) stood(f line.Fan, o line.FanOffer) {
	runs := time.Time{}
	for _, m := range f.Mails {
		if m.Kind == sale.MailOffer && m.Ref == o.ID && len(m.Tries) > 0 && (runs.IsZero() || m.Tries[0].Started.Before(runs)) {
			runs = m.Tries[0].Started
		}
	}
	for _, inc := range f.Freezes {
		if !o.Over.IsZero() && !inc.Began.Before(o.Over) || !inc.Lasts() && !o.Planned.Before(inc.Ended) {
			continue
		}
		t.events = append(t.events, Event{At: inc.Began, Text: "The sale was frozen: the time of the offer stood still.", Actor: inc.Actor, Why: inc.Why})
		if inc.Lasts() || !o.Over.IsZero() && o.Over.Before(inc.Ended) {
			continue
		}
		text := "The sale went on."
		if !runs.IsZero() && !runs.After(inc.Began) && o.Ends.After(inc.Began) {
			text = "The sale went on, and the link ends " + sale.Spelled(inc.Outage()) + " later than its mail said."
		}
		t.events = append(t.events, Event{At: inc.Ended, Text: text, Actor: inc.EndedBy, Why: inc.EndedWhy})
	}
}

// over says what an offer came to, and what that means.
func over(o line.FanOffer, s *sale.Sale) string {
	switch o.State {
	case sale.OfferBought:
		return "The offer was used: the fan bought."
	case sale.OfferExpired:
		return "The offer ran out unused, at " + Moment(s, o.Ends) + "; its tickets went to the next in line."
	case sale.OfferDeclined:
		return "The fan gave the offer back; its tickets went to the next in line."
	case sale.OfferBounced:
		return "The offer was closed: the mail server refused the address for good."
	case sale.OfferUndelivered:
		return "The offer was closed: its mail could not be handed over in time. The turn is not used up."
	case sale.OfferWithdrawn:
		return "The offer was closed, because the fan had left; its tickets went to the next in line."
	case sale.OfferErased:
		return "The offer was closed, because the person was erased; its tickets went to the next in line."
	case sale.OfferVoided:
		return "The offer was closed, because an organizer took it back; its tickets went to the next in line."
	case sale.OfferDropped:
		return "The box office had no ticket left for this offer. The turn is not used up."
	default:
		return "The offer is over: " + string(o.State) + "."
	}
}

func (t *timeline) order(o line.FanOrder) {
	t.add(o.Order.At, "Bought: order %s, %s, %s %s.", o.Order.Code, sale.Counted(len(o.Order.Tickets), "ticket"),
		o.Order.Currency, sale.FormatPrice(o.Order.Total, o.Order.Currency))
}

// mailName is a mail in a sentence.
func mailName(k sale.MailKind) string {
	switch k {
	case sale.MailOffer:
		return "The mail with the link"
	case sale.MailOrder:
		return "The confirmation of the order"
	case sale.MailCancellation:
		return "The mail that the order is cancelled"
	case sale.MailWithdrawn:
		return "The confirmation of leaving"
	case sale.MailDecline:
		return "The polite decline"
	case sale.MailReceipt:
		return "The receipt"
	default:
		return "A mail (" + string(k) + ")"
	}
}

func (t *timeline) mail(m line.FanMail) {
	name := mailName(m.Kind)
	if len(m.Tries) == 0 {
		switch m.State {
		case sale.MailCancelled:
			t.add(m.Created, "%s was queued, and taken back before it left.", name)
		default:
			t.add(m.Created, "%s was queued.", name)
		}
	}
	for i, try := range m.Tries {
		again := ""
		if i > 0 {
			again = fmt.Sprintf(", try %d", i+1)
		}
		if try.Done.IsZero() {
			t.add(try.Started, "%s is being handed to the mail server%s.", name, again)
		} else {
			t.add(try.Done, "%s%s: %s.", name, again, result(try))
		}
		switch {
		case try.Bounced.IsZero() || try.WentElsewhere():
		default:
			t.add(try.Bounced, "%s came back from the mail server with status %s.", name, cmp.Or(try.Bounce, "unknown"))
		}
	}
}

// result is how a try ended, in words; the code is the mail server's.
func result(t line.FanTry) string {
	code := ""
	if t.Code > 0 {
		code = fmt.Sprintf(" (%d)", t.Code)
	}
	where := ""
	if t.WentElsewhere() {
		where = ", at the address that was corrected since"
	}
	switch t.Result {
	case line.ResultAccepted:
		return "the mail server took it" + code + where
	case line.ResultRefused:
		return "the mail server refused the address for good" + code + where
	case line.ResultTemporary:
		return "the mail server refused it for now" + code + "; it is tried again" + where
	case line.ResultUnknown:
		return "nobody can tell whether it arrived; it is sent again" + where
	case line.ResultFault, line.ResultAside:
		return "it could not be sent, by a fault of our own or the mail server's" + code + "; it is tried again"
	default:
		return string(t.Result) + code
	}
}

// act is what somebody did, from the audit. What a bounce came to stands with
// its mail.
func (t *timeline) act(e line.AuditEntry) {
	if e.Action == "bounce" {
		return
	}
	t.events = append(t.events, Event{At: e.At, Text: Words(e), Actor: e.Actor, Why: e.Why})
}

// Words says an entry of the audit in a sentence.
func Words(e line.AuditEntry) string {
	switch e.Action {
	case "withdraw":
		if e.Actor == "fan" {
			return "Left the line."
		}
		return "Was taken out of the line."
	case "restore":
		return "Came back into the line, under the old number."
	case "language":
		return "Chose another language for mails: " + e.Detail + "."
	case "resend":
		return "The link was queued to be sent again."
	case "correct":
		return "The address was corrected."
	case "void":
		return "It was asked to take the offer back." // the fan may have been quicker
	case "cancel":
		return "It was asked to cancel order " + e.Detail + "."
	case "cancelled":
		return "Order " + e.Detail + " was cancelled at the box office."
	case "cancel refused":
		return "The box office did not cancel the order " + e.Detail
	case "freeze":
		return "The sale was frozen: every clock stood still."
	case "release":
		return "The sale was released " + e.Detail + "."
	case "export":
		return "What is stored about the person was taken out."
	case "erase":
		if e.Detail != "" {
			return "The person was erased; " + e.Detail + "."
		}
		return "The person was erased."
	default:
		return ofTheSale(e)
	}
}

// ofTheSale are the words for what was done to a sale as a whole, or to who
// may what; what has none is said as it was written down.
func ofTheSale(e line.AuditEntry) string {
	before, found := map[string]string{
		"apply":               "The sale was written: ",
		"refuse":              "The box office refused a version: ",
		"test mail":           "A test mail was sent: ",
		"check keys":          "Noted on the checklist: ",
		"check doctor":        "The doctor was asked: ",
		"invite":              "Somebody was invited: ",
		"invitation link":     "The link of an invitation was shown: ",
		"withdraw invitation": "An invitation was withdrawn: ",
		"join":                "Joined the organizers: ",
		"role":                "A role was given or taken: ",
		"unknown offer":       "It told of an offer that this line does not know: ",
	}[e.Action]
	switch {
	case e.Action == "pause":
		return "The sale was paused."
	case e.Action == "resume":
		return "The sale was resumed."
	case found:
		return before + strings.TrimSuffix(e.Detail, ".") + "."
	}
	return strings.TrimSpace(e.Action + " " + e.Detail)
}
