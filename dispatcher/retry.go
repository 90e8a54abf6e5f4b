package dispatcher

import (
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/sale"
)

// patience is the life of mails that are no offers: they are tried again on
// the same steps for four hours, then given up.
const patience = 4 * time.Hour

// steps are the waits before a mail is tried again, as parts of its life.
var steps = [...]time.Duration{60, 20, 12, 6, 4}

// wait is how long to wait after a try that came to nothing and was not our
// own fault, with so many like it before.
func wait(failed int, life time.Duration) time.Duration {
	return life / steps[min(failed, len(steps)-1)]
}

// faultWait is how long our own fault keeps a mail back after try number n:
// 2 s, 4 s … up to a minute, so that one mail that the server will not have
// does not keep the others from being tried.
func faultWait(n int) time.Duration {
	return min(2*time.Second<<min(max(n-1, 0), 5), time.Minute)
}

// tried says what a result means for a mail: what to record and when to try
// again. It decides nothing about offers; that is the line's.
func tried(m line.Mail, r mail.Result, alone bool, now time.Time) line.Tried {
	t := line.Tried{Mail: m, Code: r.Code}
	if m.Kind == sale.MailTest && r.Stage != mail.StageMessage {
		t.Said = r.Text
	}
	life := patience
	if m.Kind == sale.MailOffer {
		life = m.Sale.Dispatch.LinkLife
	}
	again := now.Add(wait(m.Failed, life))
	if m.Kind == sale.MailTest || m.Kind != sale.MailOffer && !again.Before(m.First.Add(life)) {
		again = time.Time{} // a test is tried once; an offer's own life ends its tries, in the line
	}
	switch r.Outcome {
	case mail.Accepted:
		t.Result = line.ResultAccepted
		if tookTooLong(m, now) {
			t.Retry = now
		}
	case mail.Refused:
		t.Result = line.ResultRefused
	case mail.Temporary:
		t.Result, t.Retry = line.ResultTemporary, again
	case mail.Unknown:
		t.Result, t.Retry = line.ResultUnknown, again
	default:
		t.Result, t.Retry = line.ResultFault, now.Add(faultWait(m.Try))
		if alone {
			t.Result = line.ResultAside
		}
	}
	return t
}

// tookTooLong says that the mail server kept the mail so long that less than
// 11/12 of the link's life, and at least ten seconds of it, are gone: the fan
// is owed a new one. For one life from the first try, not counting quiet hours;
// a server that is always that slow would otherwise be fed for ever.
func tookTooLong(m line.Mail, now time.Time) bool {
	life := m.Sale.Dispatch.LinkLife
	return m.Kind == sale.MailOffer &&
		now.Sub(m.Started) >= 10*time.Second &&
		m.Ends.Sub(now) < life*11/12 &&
		now.Before(m.Until)
}
