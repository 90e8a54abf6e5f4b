package helpdesk_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/helpdesk"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

func minute(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }

// TestTimeline is a place to which a great deal happened.
func TestTimeline(t *testing.T) {
	st := running()
	f := line.Fan{
		Number: 1412, Class: sale.Guaranteed, Address: "fan@example.org", Joined: minute(0), Promoted: minute(3),
		Offers: []line.FanOffer{
			{ID: "a", Batch: 7, Most: 4, Granted: 4, State: sale.OfferBounced, Planned: minute(10), Opened: minute(10), Over: minute(12), Returned: minute(20)},
			{ID: "b", Batch: 9, Most: 4, Granted: 1, State: sale.OfferBought, Planned: minute(30), Opened: minute(30), Over: minute(40)},
		},
		Orders: []line.FanOrder{{Order: sale.Order{Code: "K7QM", State: sale.OrderCancelled, Currency: "CHF", Total: 8500, Tickets: make([]sale.Ticket, 1), At: minute(39)}}},
		Mails: []line.FanMail{
			{Kind: sale.MailReceipt, State: sale.MailAccepted, Created: minute(0), Tries: []line.FanTry{
				{Started: minute(1), Done: minute(1), Result: line.ResultTemporary, Code: 451},
				{Started: minute(2), Done: minute(2), Result: line.ResultAccepted, Code: 250, Bounced: minute(50), Bounce: "5.1.1"},
			}},
			{Kind: sale.MailOffer, State: sale.MailRefused, Created: minute(10), Tries: []line.FanTry{{Started: minute(11), Done: minute(11), Result: line.ResultRefused, Code: 550}}},
			{Kind: sale.MailOffer, State: sale.MailUnknown, Created: minute(30), Tries: []line.FanTry{
				{Started: minute(31), Done: minute(31), Result: line.ResultUnknown, Bounced: minute(33), Bounce: "corrected"},
				{Started: minute(34)},
			}},
			{Kind: sale.MailOrder, State: sale.MailCancelled, Created: minute(41)},
			{Kind: sale.MailCancellation, State: sale.MailQueued, Created: minute(43)},
		},
		Audit: []line.AuditEntry{
			{At: minute(5), Actor: "fan", Action: "withdraw"},
			{At: minute(6), Actor: "fan", Action: "restore"},
			{At: minute(7), Actor: "fan", Action: "language", Detail: "de"},
			{At: minute(20), Actor: "ada", Action: "correct", Why: "typed com for ch"},
			{At: minute(35), Actor: "ada", Action: "resend", Detail: "b", Why: "asked"},
			{At: minute(42), Actor: "ada", Action: "cancel", Detail: "K7QM", Why: "ill"},
			{At: minute(50), Actor: "mail server", Action: "bounce", Number: 1412, Detail: "receipt mail came back"},
			{At: minute(60), Actor: "ada", Action: "erase", Detail: "order K7QM kept", Why: "asked"},
		},
	}
	var got []string
	for _, e := range helpdesk.Timeline(f, &st.Sale) {
		text := e.At.Sub(noon).String() + " " + e.Text
		if e.Actor != "" {
			text += " [" + e.Actor + ": " + e.Why + "]"
		}
		got = append(got, text)
	}
	want := []string{
		"0s Joined the line at number 1,412, standby.",
		"1m0s The receipt: the mail server refused it for now (451); it is tried again.",
		"2m0s The receipt, try 2: the mail server took it (250).",
		"3m0s Became guaranteed: the sale's guaranteed places were raised.",
		"5m0s Left the line. [fan: ]",
		"6m0s Came back into the line, under the old number. [fan: ]",
		"7m0s Chose another language for mails: de. [fan: ]",
		"10m0s Its turn came: an offer of up to 4 tickets was planned, in batch 7.",
		"10m0s The box office kept 4 tickets for it.",
		"11m0s The mail with the link: the mail server refused the address for good (550).",
		"12m0s The offer was closed: the mail server refused the address for good.",
		"20m0s The turn that this offer had used up was given back.",
		"20m0s The address was corrected. [ada: typed com for ch]",
		"30m0s Its turn came: an offer of up to 4 tickets was planned, in batch 9.",
		"30m0s The box office kept 1 ticket for it.",
		"31m0s The mail with the link: nobody can tell whether it arrived; it is sent again, at the address that was corrected since.",
		"34m0s The mail with the link is being handed to the mail server, try 2.",
		"35m0s The link was queued to be sent again. [ada: asked]",
		"39m0s Bought: order K7QM, 1 ticket, CHF 85.00.",
		"40m0s The offer was used: the fan bought.",
		"41m0s The confirmation of the order was queued, and taken back before it left.",
		"42m0s It was asked to cancel order K7QM. [ada: ill]",
		"43m0s The mail that the order is cancelled was queued.",
		"50m0s The receipt came back from the mail server with status 5.1.1.",
		"1h0m0s The person was erased; order K7QM kept. [ada: asked]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTimelineOfFreezes: a freeze stands where it concerns an offer of the
// place, and what its link was given only where its time had begun to run.
func TestTimelineOfFreezes(t *testing.T) {
	st := running()
	freeze := func(n, from, to int) line.Incident {
		inc := line.Incident{Freeze: sale.Freeze{N: n, Began: minute(from)}, Actor: "ada", Why: "w", EndedBy: "bob", EndedWhy: "v"}
		if to > 0 {
			inc.Ended = minute(to)
		}
		return inc
	}
	mailed := func(at int) []line.FanMail {
		return []line.FanMail{{Kind: sale.MailOffer, Ref: "a", Tries: []line.FanTry{{Started: minute(at), Done: minute(at), Result: line.ResultAccepted}}}}
	}
	const stood, gone = "The sale was frozen: the time of the offer stood still. [ada: w]", "The sale went on. [bob: v]"
	for name, c := range map[string]struct {
		over    int
		mails   []line.FanMail
		freezes []line.Incident
		want    []string
	}{
		"while the link was out": {
			0, mailed(10),
			[]line.Incident{freeze(1, 20, 41)},
			[]string{"20m0s " + stood, "41m0s The sale went on, and the link ends 21 minutes later than its mail said. [bob: v]"},
		},
		"before its mail left":   {0, mailed(50), []line.Incident{freeze(1, 20, 41)}, []string{"20m0s " + stood, "41m0s " + gone}},
		"lasts":                  {0, mailed(10), []line.Incident{freeze(1, 20, 0)}, []string{"20m0s " + stood}},
		"bought meanwhile":       {30, mailed(10), []line.Incident{freeze(1, 20, 41)}, []string{"20m0s " + stood}},
		"before and after it":    {30, mailed(10), []line.Incident{freeze(1, 2, 4), freeze(2, 30, 41)}, nil},
		"ran out before it came": {70, mailed(10), []line.Incident{freeze(1, 66, 68)}, []string{"1h6m0s " + stood, "1h8m0s " + gone}},
	} {
		o := line.FanOffer{ID: "a", Most: 4, Granted: 4, State: sale.OfferOpen, Planned: minute(9), Opened: minute(9), Ends: minute(65)}
		if c.over > 0 {
			o.State, o.Over = sale.OfferBought, minute(c.over)
		}
		var got []string
		for _, e := range helpdesk.Timeline(line.Fan{Offers: []line.FanOffer{o}, Mails: c.mails, Freezes: c.freezes}, &st.Sale) {
			if e.Actor != "" {
				got = append(got, e.At.Sub(noon).String()+" "+e.Text+" ["+e.Actor+": "+e.Why+"]")
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestWordsOfASale: what was done to a sale is said in sentences, too.
func TestWordsOfASale(t *testing.T) {
	for want, e := range map[string]line.AuditEntry{
		"The sale was written: version 3 in the console.":  {Action: "apply", Detail: "version 3 in the console"},
		"The sale was paused.":                             {Action: "pause"},
		"It was asked to take the offer back.":             {Action: "void"}, // the fan may buy first
		"The sale was resumed.":                            {Action: "resume"},
		"A test mail was sent: offer, in en.":              {Action: "test mail", Detail: "offer, in en"},
		"Somebody was invited: mary@x.example: manager.":   {Action: "invite", Detail: "mary@x.example: manager"},
		"The box office refused a version: it is too few.": {Action: "refuse", Detail: "it is too few."},
		"something new 7":                                  {Action: "something new", Detail: "7"},
	} {
		if got := helpdesk.Words(e); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestEveryStateHasWords: no state of an offer, kind of mail or result of a try
// is shown as the code's own word for it.
func TestEveryStateHasWords(t *testing.T) {
	st := running()
	var f line.Fan
	for _, s := range []sale.OfferState{
		sale.OfferBought, sale.OfferExpired, sale.OfferDeclined, sale.OfferBounced, sale.OfferUndelivered,
		sale.OfferWithdrawn, sale.OfferErased, sale.OfferVoided, sale.OfferDropped,
	} {
		f.Offers = append(f.Offers, line.FanOffer{State: s, Over: noon, Ends: noon})
	}
	results := []line.MailResult{line.ResultAccepted, line.ResultRefused, line.ResultTemporary, line.ResultUnknown, line.ResultFault, line.ResultAside}
	for _, k := range sale.MailKinds() {
		if k == sale.MailConfirm || k == sale.MailTest || k == sale.MailInvitation {
			continue // about no place
		}
		m := line.FanMail{Kind: k}
		for _, r := range results {
			m.Tries = append(m.Tries, line.FanTry{Done: noon, Result: r})
		}
		f.Mails = append(f.Mails, m)
	}
	events := helpdesk.Timeline(f, &st.Sale)
	if want := len(f.Offers) + len(f.Mails)*len(results); len(events) != want {
		t.Errorf("%d events, want %d", len(events), want)
	}
	for _, e := range events {
		if strings.Contains(e.Text, "is over:") || strings.Contains(e.Text, "A mail (") || strings.HasSuffix(e.Text, ": fault.") {
			t.Errorf("%q", e.Text)
		}
	}
}
