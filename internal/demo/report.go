package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/inturn/inturn/internal/app"
	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/sale"
)

// Report is how the sale went. Amounts are minor units of Currency, times
// seconds from the opening of the form.
type Report struct {
	OK          bool   `json:"ok"` // every promise was kept
	Interrupted bool   `json:"interrupted,omitempty"`
	Seed        uint64 `json:"seed"`
	Tickets     int    `json:"tickets"`
	Fans        int    `json:"fans"`
	MaxPerFan   int    `json:"max_per_fan"`

	Demand Demand                `json:"demand"`
	Offers Offers                `json:"offers"`
	Sales  Sales                 `json:"sales"`
	Mails  Mails                 `json:"mails"`
	Times  Times                 `json:"times"`
	Ends   map[Ending]int        `json:"endings"`
	Crowd  map[Behaviour]Outcome `json:"behaviours"`

	Line     []Fan      `json:"line"` // by number; who came too late is not in it
	Curve    []Sample   `json:"curve"`
	Promises []Promise  `json:"promises"`
	Verify   app.Report `json:"verify"`

	Drawing string `json:"drawing"`        // path of the SVG file
	Data    string `json:"data,omitempty"` // data directory, when it was kept
}

// Demand is who came.
type Demand struct {
	Guaranteed int `json:"guaranteed"`  // places
	Standby    int `json:"standby"`     // places
	TurnedAway int `json:"turned_away"` // saw the notice
	Wanted     int `json:"wanted"`      // tickets that all fans together would have ordered
}

// Offers is what became of the links, by the box office's books.
type Offers struct {
	Made       int                     `json:"made"`
	Bought     int                     `json:"bought"`
	Over       map[sale.OfferState]int `json:"over"`       // that ended without an order, by reason
	Units      int                     `json:"units"`      // tickets offered, again and again
	Recycled   int                     `json:"recycled"`   // of them, given back by links that did not use them
	Conversion float64                 `json:"conversion"` // bought / made
	TooSlow    int                     `json:"too_slow"`   // fans who came back to a link that was over
}

// Sales is what was sold, by the box office's books.
type Sales struct {
	Sold       int            `json:"sold"` // tickets
	Left       int            `json:"left"`
	Orders     int            `json:"orders"`
	ByType     map[string]int `json:"by_type"`
	Takings    int64          `json:"takings"`
	Currency   string         `json:"currency"`
	LastNumber int            `json:"last_number"` // highest number that got tickets
}

// Mails is what the crowd's mail server saw.
type Mails struct {
	Taken   map[sale.MailKind]int `json:"taken"`
	Total   int                   `json:"total"`
	Refused int                   `json:"refused"`      // 550 at RCPT
	Scanned int                   `json:"links_opened"` // by mail scanners
}

// Times are moments; 0 when it did not come to that.
type Times struct {
	LineFull   float64 `json:"line_full"`
	FirstOffer float64 `json:"first_offer"`
	SoldOut    float64 `json:"sold_out"`
	Over       float64 `json:"over"` // everybody had seen the end
}

// Outcome is what became of the fans who behave alike.
type Outcome struct {
	Fans    int `json:"fans"`
	InLine  int `json:"in_line"`
	Offered int `json:"offered"` // were mailed a link
	Bought  int `json:"bought"`
	Tickets int `json:"tickets"`
}

// Broken names the promises that were not kept.
func (r Report) Broken() []Promise {
	var broken []Promise
	for _, p := range r.Promises {
		if !p.Kept {
			broken = append(broken, p)
		}
	}
	return broken
}

// report puts together what the crowd saw and what the databases hold. All
// roles have stopped by now.
func (d *demo) report(ctx context.Context, interrupted bool) (Report, error) {
	if d.fans == nil {
		return Report{}, errors.New("stopped before the sale began")
	}
	r := Report{
		Interrupted: interrupted, Seed: d.o.Seed, Tickets: d.o.Tickets, Fans: d.o.Fans, MaxPerFan: d.sale.Tickets.MaxPerFan,
		Ends: map[Ending]int{}, Crowd: map[Behaviour]Outcome{}, Curve: d.curve, Drawing: d.venue.path(drawingFile),
	}
	r.countFans(d.fans, d.sale)
	r.countMails(d.post)
	r.Offers.TooSlow = int(d.tally.tooSlow.Load())
	r.countTimes(d.sale.Caps)
	if err := d.readBooks(ctx, &r); err != nil {
		return Report{}, err
	}
	var err error
	if r.Verify, err = d.o.Verify(ctx, d.venue.parts); err != nil {
		return Report{}, fmt.Errorf("verify: %w", err)
	}
	r.Promises = d.promises(&r)
	r.OK = len(r.Broken()) == 0 && !interrupted
	if err := os.WriteFile(r.Drawing, []byte(draw(r)), 0o600); err != nil {
		return Report{}, fmt.Errorf("write the drawing: %w", err)
	}
	return r, nil
}

func (r *Report) countFans(fans []Fan, s sale.Sale) {
	for _, f := range fans {
		r.Ends[f.Ending]++
		o := r.Crowd[f.Behaviour]
		o.Fans++
		if f.Behaviour.Buys() {
			r.Demand.Wanted += f.plan.wants
		}
		if f.Ending == EndTurnedAway {
			r.Demand.TurnedAway++
		}
		if f.Number > 0 {
			o.InLine++
			r.Line = append(r.Line, f)
			if f.Number <= s.Caps.Guaranteed {
				r.Demand.Guaranteed++
			} else {
				r.Demand.Standby++
			}
		}
		if f.mails[sale.MailOffer] > 0 {
			o.Offered++
		}
		if f.Tickets > 0 {
			o.Bought++
			o.Tickets += f.Tickets
			r.Sales.LastNumber = max(r.Sales.LastNumber, f.Number)
		}
		r.Crowd[f.Behaviour] = o
	}
	slices.SortFunc(r.Line, func(a, b Fan) int { return cmp.Compare(a.Number, b.Number) })
}

func (r *Report) countMails(p *postOffice) {
	r.Mails = Mails{Taken: p.counts(), Refused: int(p.refused.Load()), Scanned: int(p.opened.Load())}
	for _, n := range r.Mails.Taken {
		r.Mails.Total += n
	}
}

func (r *Report) countTimes(c sale.Caps) {
	for _, s := range r.Curve {
		if r.Times.LineFull == 0 && s.Places >= c.Guaranteed+c.Standby {
			r.Times.LineFull = s.Seconds
		}
		if r.Times.FirstOffer == 0 && s.Offered > 0 {
			r.Times.FirstOffer = s.Seconds
		}
		if r.Times.SoldOut == 0 && s.Sold == r.Tickets {
			r.Times.SoldOut = s.Seconds
		}
		r.Times.Over = s.Seconds
	}
}

// readBooks counts what the box office has.
func (d *demo) readBooks(ctx context.Context, r *Report) error {
	box, err := d.venue.parts.BoxOffice(ctx)
	if err != nil {
		return err
	}
	r.Offers.Over = map[sale.OfferState]int{}
	err = box.Offers(ctx, Slug, func(o boxoffice.OfferRow) error {
		if o.Granted == 0 {
			return nil // had nothing to give
		}
		r.Offers.Made++
		r.Offers.Units += o.Granted
		switch {
		case o.State == "bought":
			r.Offers.Bought++
		case o.State == "closed":
			r.Offers.Over[o.Reason]++
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.Sales.ByType = map[string]int{}
	r.Sales.Currency = d.sale.Currency
	err = box.Orders(ctx, Slug, func(o sale.Order) error {
		r.Sales.Orders++
		r.Sales.Sold += len(o.Tickets)
		r.Sales.Takings += o.Total
		for _, t := range o.Tickets {
			r.Sales.ByType[t.Type]++
		}
		return nil
	})
	if err != nil {
		return err
	}
	stock, err := d.venue.stock(ctx)
	if err != nil {
		return err
	}
	r.Sales.Left = stock.Issued - stock.Sold
	r.Offers.Recycled = r.Offers.Units - r.Sales.Sold - stock.Offered
	if r.Offers.Made > 0 {
		r.Offers.Conversion = float64(r.Offers.Bought) / float64(r.Offers.Made)
	}
	return nil
}
