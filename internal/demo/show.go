package demo

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// show tells how the sale goes. Its methods may be called from any goroutine.
type show interface {
	say(format string, args ...any)
	update(now Sample, curve []Sample)
	end()
}

func newShow(o Options) show {
	switch {
	case o.Progress == nil:
		return silent{}
	case o.Terminal.Live:
		return newLive(o)
	default:
		return &plain{w: o.Progress, tickets: o.Tickets}
	}
}

type silent struct{}

func (silent) say(string, ...any)      {}
func (silent) update(Sample, []Sample) {}
func (silent) end()                    {}

// plain writes lines, for logs and pipes.
type plain struct {
	tickets int

	mu   sync.Mutex
	w    io.Writer
	next time.Duration // when the next line is due
}

// plainEvery is how often plain tells how it stands.
const plainEvery = 2 * time.Second

func (p *plain) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.w, format+"\n", args...)
}

func (p *plain) update(now Sample, _ []Sample) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.At < p.next {
		return
	}
	p.next = now.At + plainEvery
	fmt.Fprintf(p.w, "%5.1f s  in line %d  waiting %d  offered %d  sold %d of %d  mails %d\n",
		now.Seconds, now.Places, now.Waiting, now.Offered, now.Sold, p.tickets, now.mails)
}

func (p *plain) end() {}
