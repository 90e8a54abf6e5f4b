package sim

import (
	"fmt"
	"strings"

	"github.com/inturn/inturn/internal/bounce"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/sale"
)

// report is what the mail server has still to say about a mail that it took
// and could not deliver.
type report struct {
	envelope, offer, status string
}

// willReturn takes a mail that never arrives, and remembers to say so.
func (w *World) willReturn(m mail.Message) {
	w.Counts["mail comes back"]++
	w.reports = append(w.reports, report{
		envelope: m.Envelope, offer: m.Headers["X-Inturn-Offer"],
		status: []string{"5.1.1", "5.7.1", "4.4.7"}[w.rand.IntN(3)],
	})
}

// report lets one of the server's reports arrive, now and then twice. One
// that could not be recorded comes again.
func (w *World) report() {
	if len(w.reports) == 0 {
		return
	}
	i := w.rand.IntN(len(w.reports))
	r := w.reports[i]
	before := w.open()
	verdict, err := w.bounce(r)
	w.tolerate("bounce", err)
	if err == nil && !w.chance(100) {
		w.reports = append(w.reports[:i], w.reports[i+1:]...)
	}
	after := w.open()
	for id := range before {
		if !after[id] && id != r.offer {
			w.fail("the report of a mail for offer %q closed offer %s", r.offer, id)
		}
	}
	if err != nil {
		return
	}
	w.Counts["report "+string(verdict)]++
	switch {
	case verdict == bounce.Verdict(line.BounceUnknown):
		w.fail("nobody knows the mail of offer %q that came back", r.offer)
	case verdict == bounce.Verdict(line.BounceClosing) && w.arrived[r.offer]:
		w.fail("offer %s was closed for a mail that came back, and another had arrived", r.offer)
	}
}

func (w *World) bounce(r report) (bounce.Verdict, error) {
	desk, err := bounce.New(bounce.Options{Line: w.line(), Keys: w.stage.Keys, ReturnPath: w.returnPath})
	if err != nil {
		return "", err
	}
	over, ok := desk.Addressed(r.envelope)
	if !ok {
		return "", fmt.Errorf("nothing comes back to %q", r.envelope)
	}
	return desk.Take(w.ctx, over, strings.NewReader("Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n"+
		"--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.sim.example\r\n\r\n"+
		"Final-Recipient: rfc822; fan@sim.example\r\nAction: failed\r\nStatus: "+r.status+"\r\n\r\n--x--\r\n"))
}

// open are the ids of the offers that are open on the line.
func (w *World) open() map[string]bool {
	w.checking = true
	defer func() { w.checking = false }()
	books, err := w.line().Books(w.ctx, "sim")
	w.tolerate("read books", err)
	open := map[string]bool{}
	for id, o := range books.Offers {
		if o.State == sale.OfferOpen {
			open[id] = true
		}
	}
	return open
}
