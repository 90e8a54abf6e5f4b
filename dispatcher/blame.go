package dispatcher

import (
	"sync"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/sale"
)

// blame tells our own faults from one recipient's, by what the server took
// from this process before and after it refused somebody.
type blame struct {
	mu      sync.Mutex
	taken   int         // mails that the server took
	refused map[fan]int // whose mail it refused for our sake: taken as it was at the first time
}

// fan is one registration of one sale.
type fan struct {
	sale   int64
	number int
}

// judge corrects a result by what is known of others.
//
// What went wrong while connecting, a 4xx included, is no answer about
// anybody: a server that is down for maintenance for hours must not use up
// the life of the one mail that found it so.
//
// A policy that refuses us refuses everybody: sending stops, and nobody pays
// for it. But when the server refuses one recipient again, after he was named
// and with others taken in between, it is about him: temporary then. While
// there is nobody else whose mail could tell, alone is true: the line may go
// on to the next batch, which will.
func (b *blame) judge(m line.Mail, r mail.Result) (_ mail.Result, alone bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	who := fan{m.Lease.SaleID, m.Number}
	switch {
	case r.Stage == mail.StageConnect:
		r.Outcome = mail.Fault
		return r, false
	case m.Kind == sale.MailConfirm || m.Kind == sale.MailInvitation:
		return b.stranger(r), false
	case m.Kind == sale.MailTest:
		return test(r), false
	case r.Outcome == mail.Accepted:
		b.taken++
		fallthrough
	case r.Outcome == mail.Refused:
		delete(b.refused, who)
		return r, false
	case r.Outcome != mail.Fault || r.Stage == mail.StageMail:
		return r, false
	}
	first, again := b.refused[who]
	switch {
	case !again:
		b.refused[who] = b.taken
	case b.taken > first:
		r.Outcome = mail.Temporary
	default:
		alone = b.undecided() == 1
	}
	return r, alone
}

// stranger corrects the result of a mail to somebody who is in no line.
// Anybody can have us write to any address, so what a server has against one
// of those says nothing about us: others' mails go on.
func (b *blame) stranger(r mail.Result) mail.Result {
	switch {
	case r.Outcome == mail.Accepted:
		b.taken++
	case r.Outcome == mail.Fault && r.Stage != mail.StageMail:
		r.Outcome = mail.Temporary
	}
	return r
}

// test is the result of a mail that an organizer sent himself: whatever the
// server says, it is for him to read, and nobody else's mail waits for it.
func test(r mail.Result) mail.Result {
	if r.Outcome == mail.Fault {
		r.Outcome = mail.Temporary
	}
	return r
}

// undecided is how many were refused since the last mail was taken.
func (b *blame) undecided() int {
	n := 0
	for _, first := range b.refused {
		if first == b.taken {
			n++
		}
	}
	return n
}
