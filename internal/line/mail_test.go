package line_test

import (
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
)

// TestMailKnowsTheRegistrationsTime: the receipt that a mail links to is bound
// to it.
func TestMailKnowsTheRegistrationsTime(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.clock.Advance(1234567 * time.Microsecond)
		r := b.join(t, "ann")
		b.clock.Advance(time.Minute)
		mails := b.send(t, 1, line.ResultAccepted)
		if len(mails) != 1 || r.At.IsZero() || !mails[0].At.Equal(r.At) {
			t.Errorf("a mail of a registration at %v: %+v", r.At, mails)
		}
		p, err := b.Place(t.Context(), "lakeside", r.Number)
		if err != nil || !p.At.Equal(r.At) {
			t.Errorf("its place: %v, %v", p.At, err)
		}
	})
}
