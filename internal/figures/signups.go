package figures

import (
	"context"
	"maps"
	"time"

	"github.com/inturn/inturn/internal/line"
)

// SignUps are sign-ups in steps of equal length.
type SignUps struct {
	Start  time.Time
	Step   time.Duration
	Values []int
	Open   bool // the last step is not over
}

// Last is how many signed up in the last step, and in the one before it.
func (s SignUps) Last() (last, before int) {
	if n := len(s.Values); n > 0 {
		last = s.Values[n-1]
		if n > 1 {
			before = s.Values[n-2]
		}
	}
	return last, before
}

// window is how far back the live page looks.
const window = time.Hour

// settles is after how long the transaction of a sign-up is durable or given
// up, with something to spare. Before that a moment that is past may still
// get one more.
const settles = time.Minute

// signUps remembers how many numbers were given before a moment, where that
// is settled.
type signUps struct {
	given map[int64]int // by unix milliseconds
}

// mostSettled is how many moments are remembered.
const mostSettled = 4096

// bins counts what was given from begin to end. Each settled moment is
// searched for once.
func (u *signUps) bins(ctx context.Context, l *line.Line, s Snapshot, begin, end time.Time, step time.Duration) (SignUps, error) {
	b := SignUps{Start: begin, Step: step, Open: s.At.Before(s.State.Sale.Registration.Closes)}
	var edges []time.Time
	for t := begin; ; t = t.Add(step) {
		edges = append(edges, t)
		if !t.Before(end) {
			break
		}
	}
	counts := make([]int, len(edges))
	from := 0
	var missing []time.Time
	for i, t := range edges {
		n, known := u.given[t.UnixMilli()]
		if !known {
			missing = append(missing, t)
		} else if len(missing) == 0 {
			from = n
		}
		counts[i] = n
	}
	found, err := l.GivenBefore(ctx, s.State.ID, from, missing)
	if err != nil {
		return SignUps{}, err
	}
	if len(u.given) > mostSettled {
		maps.DeleteFunc(u.given, func(int64, int) bool { return true })
	}
	for i, t := range edges {
		if len(missing) == 0 || !t.Equal(missing[0]) {
			continue
		}
		counts[i] = found[0]
		if t.Before(s.At.Add(-settles)) || t.Before(s.Signs.LastSignUp) {
			u.given[t.UnixMilli()] = found[0]
		}
		missing, found = missing[1:], found[1:]
	}
	for i := 1; i < len(counts); i++ {
		b.Values = append(b.Values, max(counts[i]-counts[i-1], 0))
	}
	return b, nil
}

// formTime is the part of the form's time that has come.
func formTime(s Snapshot) (begin, end time.Time) {
	r := s.State.Sale.Registration
	begin, end = r.Opens, s.At.Add(time.Millisecond) // with this very moment
	if end.After(r.Closes) {
		end = r.Closes
	}
	return begin, end
}

// refresh gives the last hour of the form's time, minute by minute.
func (u *signUps) refresh(ctx context.Context, l *line.Line, s Snapshot) (SignUps, error) {
	begin, end := formTime(s)
	if !end.After(begin) {
		return SignUps{}, nil
	}
	if from := end.Add(-window); from.After(begin) {
		begin = from
	}
	return u.bins(ctx, l, s, begin.Truncate(time.Minute), end, time.Minute)
}

// Demand gives the sign-ups of the form's whole time so far, in steps whose
// length step chooses for it; the last one may reach beyond the end. The time of
// a line that is full ends with the place that filled it: nobody can sign up
// after it, however long the form was meant to be open.
func (f *Follower) Demand(ctx context.Context, s Snapshot, step func(time.Duration) time.Duration) (SignUps, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	begin, end := formTime(s)
	full := s.State.Last >= s.State.Sale.Caps.Guaranteed+s.State.Sale.Caps.Standby && s.Signs.LastSignUp.Before(end)
	if full {
		end = s.Signs.LastSignUp.Add(time.Millisecond)
	}
	if !end.After(begin) {
		return SignUps{}, nil
	}
	b, err := f.signUps.bins(ctx, f.o.Line, s, begin, end, step(end.Sub(begin)))
	b.Open = b.Open && !full
	return b, err
}
