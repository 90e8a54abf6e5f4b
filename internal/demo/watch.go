package demo

import (
	"context"
	"time"
)

// Sample is the sale at one moment. At counts from the opening of the form.
type Sample struct {
	At      time.Duration `json:"-"`
	Seconds float64       `json:"seconds"`
	Sold    int           `json:"sold"`    // tickets
	Offered int           `json:"offered"` // tickets that are reserved for fans with a link
	Waiting int           `json:"waiting"` // fans in line who were not offered anything yet
	Places  int           `json:"places"`  // fans who have a place in line

	finished, mails, refused int // for the show only
}

// sampleEvery is how often the sale is looked at.
const sampleEvery = 250 * time.Millisecond

// watch takes samples until ctx ends, and shows each. What cannot be read is
// left out of the curve; the report does not depend on it.
func (d *demo) watch(ctx context.Context) []Sample {
	var curve []Sample
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		if s, err := d.sample(ctx); err == nil {
			curve = append(curve, s)
			d.show.update(s, curve)
		}
		select {
		case <-ctx.Done():
			return curve
		case <-tick.C:
		}
	}
}

func (d *demo) sample(ctx context.Context) (Sample, error) {
	at := d.o.Clock().Sub(d.opens)
	stock, err := d.venue.stock(ctx)
	if err != nil {
		return Sample{}, err
	}
	places := d.tally.inLine()
	s := Sample{
		At: at, Seconds: seconds(at), Sold: stock.Sold, Offered: stock.Offered, Places: places,
		Waiting: max(0, places-int(d.tally.served.Load())), finished: int(d.tally.finished.Load()),
		refused: int(d.post.refused.Load()),
	}
	for _, n := range d.post.counts() {
		s.mails += n
	}
	return s, nil
}

// seconds is d to a hundredth.
func seconds(d time.Duration) float64 {
	return float64(d.Round(10*time.Millisecond)) / float64(time.Second)
}
