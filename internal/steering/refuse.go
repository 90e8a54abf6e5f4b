package steering

import (
	"errors"
	"fmt"

	"github.com/inturn/inturn/internal/sale"
)

// refuse collects why the change must not be done: what no sale may say, what
// the line has promised, and what the ledger cannot keep.
func (l *look) refuse() {
	l.e.Refused = l.to.Validate(nil)
	if _, _, err := l.schedule(l.to, l.remembered(), l.n.At); err != nil && len(l.e.Refused) == 0 {
		l.fail("dispatch.every", "%s", words(err))
	}
	if len(l.e.Refused) > 0 {
		return
	}
	var broken *sale.Error
	if err := sale.CheckChange(l.n.Sale, l.to, sale.Given{Last: l.n.Registered, Guaranteed: l.n.Guaranteed}); errors.As(err, &broken) {
		l.e.Refused = append(l.e.Refused, broken.Fields...)
	}
	// A lower cap than this takes nothing from anybody; it only looks as if.
	if g := l.to.Caps.Guaranteed; g < l.n.Sale.Caps.Guaranteed && g < l.n.Guaranteed {
		l.fail("caps.guaranteed", "%s is less than the %s guarantees that are given, and nobody loses theirs; %s is the least, and then nobody else gets one",
			count(g), count(l.n.Guaranteed), count(l.n.Guaranteed))
	}
	l.cuts()
}

func (l *look) fail(field, format string, args ...any) {
	l.e.Refused = append(l.e.Refused, sale.FieldError{Field: field, Message: fmt.Sprintf(format, args...)})
}

// cuts are what the box office would refuse: less than is sold or offered. Where it
// cannot be asked, it says so itself when the version is put.
func (l *look) cuts() {
	if l.n.Stock == nil {
		return
	}
	want := map[string]int{sale.CapacityPool: l.to.Tickets.Capacity}
	field := map[string]string{sale.CapacityPool: "tickets.capacity"}
	for i, t := range l.to.Tickets.Types {
		want[t.ID], field[t.ID] = t.Stock, fmt.Sprintf("tickets.types[%d].stock", i)
	}
	for _, p := range l.n.Stock.Pools {
		switch out := p.Sold + p.Offered; {
		case want[p.Pool] >= out:
		case field[p.Pool] == "":
			l.fail("tickets.types", "%s cannot be left out: %s of it are sold", p.Pool, count(out))
		default:
			l.fail(field[p.Pool], "%s is less than the %s tickets that are sold (%s) or offered (%s)",
				count(want[p.Pool]), count(out), count(p.Sold), count(p.Offered))
		}
	}
}

// words are an error's for the organizer.
func words(err error) string {
	var e *sale.Error
	if errors.As(err, &e) && e.Message != "" {
		return e.Message
	}
	return err.Error()
}
