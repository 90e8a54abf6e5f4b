package sale

import "time"

// Freeze is a stretch in which the clocks of a sale stood still. Both moments
// are whole seconds: where it began is rounded down and where it ended up, so
// that no link comes out of it with less time than it had.
type Freeze struct {
	N     int       `json:"n"` // counts from 1 within its sale
	Began time.Time `json:"began"`
	Ended time.Time `json:"ended,omitzero"` // zero while it lasts
}

// Lasts says whether the clocks stand still yet.
func (f Freeze) Lasts() bool { return f.Ended.IsZero() }

// Outage is what a freeze that is over gives to every link.
func (f Freeze) Outage() time.Duration {
	if f.Lasts() {
		return 0
	}
	return f.Ended.Sub(f.Began)
}

// End is the end of an offer as somebody wrote it down: At, which counts the
// first Freezes freezes of the sale already. What came after them moves it.
type End struct {
	At      time.Time
	Freezes int
}

// Freezes are those of one sale, by N and without a gap. Only the last one may
// last yet.
type Freezes []Freeze

// Over is how many of them are over: what an end that is written down now
// counts already.
func (fs Freezes) Over() int {
	if _, lasts := fs.Lasting(); lasts {
		return len(fs) - 1
	}
	return len(fs)
}

// Lasting gives the one that lasts, if any does.
func (fs Freezes) Lasting() (Freeze, bool) {
	if n := len(fs); n > 0 && fs[n-1].Lasts() {
		return fs[n-1], true
	}
	return Freeze{}, false
}

// Move gives the end that follows from one that was written down: every freeze
// that it does not count, and that began before it, moves it by its outage.
// While such a one lasts the end stands still: then the time is the end
// without it.
func (fs Freezes) Move(e End) (ends time.Time, still bool) {
	ends = e.At
	for _, f := range fs {
		switch {
		case f.N <= e.Freezes || !ends.After(f.Began):
		case f.Lasts():
			return ends, true
		default:
			ends = ends.Add(f.Outage())
		}
	}
	return ends, false
}

// Before says whether an end has not come yet at the moment now: half open,
// and for as long as it stands still.
func (fs Freezes) Before(now time.Time, e End) bool {
	ends, still := fs.Move(e)
	return still || now.Before(ends)
}

// Left is how long an end is away from now, negative when it is past; while
// it stands still, how long it was away when the clocks stopped.
func (fs Freezes) Left(now time.Time, e End) time.Duration {
	ends, still := fs.Move(e)
	if last, _ := fs.Lasting(); still {
		now = last.Began
	}
	return ends.Sub(now)
}

// IfReleased is an end as it would be if the clocks went on at this very
// moment. While it stands still that is later every second.
func (fs Freezes) IfReleased(now time.Time, e End) time.Time {
	ends, still := fs.Move(e)
	if last, _ := fs.Lasting(); still {
		last.Ended = last.EndAt(now)
		ends = ends.Add(last.Outage())
	}
	return ends
}

// BeginAt is when a freeze begins that somebody orders at the moment now,
// after all that there were: not within the second in which the last one
// ended, which would count that second twice. A clock that was set back since
// decides for itself.
func (fs Freezes) BeginAt(now time.Time) time.Time {
	began := now.Truncate(time.Second)
	if n := len(fs); n > 0 && began.Before(fs[n-1].Ended) && !fs[n-1].Ended.After(UpToSecond(now)) {
		return fs[n-1].Ended
	}
	return began
}

// EndAt is when it ends if somebody releases it at the moment now: never
// before it began, whatever a clock says.
func (f Freeze) EndAt(now time.Time) time.Time {
	ended := UpToSecond(now)
	if ended.Before(f.Began) {
		return f.Began
	}
	return ended
}
