package figures

import (
	"context"
	"slices"
	"time"

	"github.com/inturn/inturn/internal/line"
)

// Report is a sale as a whole: a snapshot in which everything is counted, and
// what only a look at every place can tell.
type Report struct {
	Snapshot
	Demand     SignUps // over the whole time of the form
	Ranges     []Range // who got in at which number
	ToOffer    Spread  // from sign-up to the first offer, of those who had one
	ToPurchase Spread  // from the mail to the purchase, of those who bought after it
	Buyers     int     // places that bought, those whose order was cancelled among them
	Cancelled  int     // places whose order was cancelled
	NoOffer    int     // places that had no offer
	LastBuyer  int     // the highest number that bought; 0: nobody
	FullAt     time.Time
	SureAt     time.Time // when the last guaranteed number was given; zero: it was not
	Incidents  []line.Incident
	Steps      []line.AuditEntry // pauses and resumes
}

// Range is what became of the numbers from First to Last.
type Range struct {
	First, Last int
	Bought      int
	Has         int // have an offer that is not over
	NotBought   int // had an offer
	NoOffer     int
}

// Spread is how lengths of time are spread. Each is the length of an actual
// case (nearest rank): half of all are at most Half.
type Spread struct {
	Cases                   int
	Tenth, Half, Most, Last time.Duration // 10, 50, 90 and 100 per cent
}

// mostRanges is how many ranges the numbers are divided into.
const mostRanges = 20

const (
	mostJourneys = 1000
	reportBudget = 100 * time.Millisecond
)

// Report reads everything to its end, in pieces, with as much rest between
// them as they took: it uses up half of one reader for as long as that is. step
// chooses that of the demand for the time it covers; told hears how many of the
// places are read.
func (f *Follower) Report(ctx context.Context, step func(time.Duration) time.Duration, told func(read, of int)) (Report, error) {
	var r Report
	for !r.Complete() {
		began := f.o.Clock()
		s, err := f.Refresh(ctx, reportBudget)
		if err != nil {
			return Report{}, err
		}
		r.Snapshot = s
		if s.BoxErr != nil {
			break // without the box office there is no end to what it would tell
		}
		if err := f.rest(ctx, began); err != nil {
			return Report{}, err
		}
	}
	var err error
	if r.Demand, err = f.Demand(ctx, r.Snapshot, step); err != nil {
		return Report{}, err
	}
	if r.Incidents, err = f.o.Line.Incidents(ctx, f.slug); err != nil {
		return Report{}, err
	}
	if r.Steps, err = f.o.Line.Steps(ctx, r.State.ID, "pause", "resume"); err != nil {
		return Report{}, err
	}
	if r.SureAt, err = f.givenAt(ctx, r.State, r.State.Sale.Caps.Guaranteed); err != nil {
		return Report{}, err
	}
	if r.FullAt, err = f.givenAt(ctx, r.State, r.State.Sale.Caps.Guaranteed+r.State.Sale.Caps.Standby); err != nil {
		return Report{}, err
	}
	return r, f.places(ctx, &r, told)
}

// givenAt is when a number was given; zero when it was not.
func (f *Follower) givenAt(ctx context.Context, st line.State, number int) (time.Time, error) {
	if number < 1 || number > st.Last {
		return time.Time{}, nil
	}
	js, err := f.o.Line.Journeys(ctx, st.ID, number-1, 1)
	if err != nil || len(js) == 0 {
		return time.Time{}, err
	}
	return js[0].At, nil
}

// places looks at every place whose turn has come. The others had no offer.
func (f *Follower) places(ctx context.Context, r *Report, told func(read, of int)) error {
	r.Ranges = ranges(r.State.Last)
	var toOffer, toPurchase []time.Duration
	reached := min(r.State.Reached, r.State.Last)
	for read := 0; read < reached; {
		began := f.o.Clock()
		page, err := f.o.Line.Journeys(ctx, r.State.ID, read, min(mostJourneys, reached-read))
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		for _, j := range page {
			r.count(j)
			if !j.Offered.IsZero() {
				toOffer = append(toOffer, j.Offered.Sub(j.At))
			}
			if !j.Mailed.IsZero() && !j.Bought.Before(j.Mailed) {
				toPurchase = append(toPurchase, j.Bought.Sub(j.Mailed))
			}
			read = j.Number
		}
		told(read, reached)
		if err := f.rest(ctx, began); err != nil {
			return err
		}
	}
	for i := range r.Ranges {
		g := &r.Ranges[i]
		g.NoOffer = g.Last - g.First + 1 - g.Bought - g.Has - g.NotBought
		r.NoOffer += g.NoOffer
	}
	r.ToOffer, r.ToPurchase = spread(toOffer), spread(toPurchase)
	return nil
}

func (r *Report) count(j line.Journey) {
	at, _ := slices.BinarySearchFunc(r.Ranges, j.Number, func(g Range, n int) int { return g.Last - n })
	g := &r.Ranges[at]
	switch {
	case !j.Bought.IsZero():
		g.Bought++
		r.Buyers++
		r.LastBuyer = j.Number
		if j.Cancelled {
			r.Cancelled++
		}
	case j.Has && !j.Offered.IsZero():
		g.Has++
	case !j.Offered.IsZero():
		g.NotBought++
	}
}

// ranges divides 1…last into at most twenty parts of equal, round length.
func ranges(last int) []Range {
	length := 1
	for scale := 1; length*mostRanges < last; scale *= 10 {
		for _, n := range []int{1, 2, 5} {
			if length = n * scale; length*mostRanges >= last {
				break
			}
		}
	}
	var all []Range
	for first := 1; first <= last; first += length {
		all = append(all, Range{First: first, Last: min(first+length-1, last)})
	}
	return all
}

func spread(all []time.Duration) Spread {
	if len(all) == 0 {
		return Spread{}
	}
	slices.Sort(all)
	rank := func(percent int) time.Duration { return all[max((len(all)*percent+99)/100, 1)-1] }
	return Spread{Cases: len(all), Tenth: rank(10), Half: rank(50), Most: rank(90), Last: rank(100)}
}

// rest waits as long as the work since began took.
func (f *Follower) rest(ctx context.Context, began time.Time) error {
	timer := time.NewTimer(max(f.o.Clock().Sub(began), 0))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
