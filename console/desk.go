package console

import (
	"context"
	"errors"
	"time"

	"github.com/inturn/inturn/internal/doctor"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/plan"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/steering"
)

// SalesDesk is how a sale is checked, forecast and written, which other parts
// know: schedules are the dispatcher's, and a version goes to the box office
// with the public keys. All of it is required.
type SalesDesk struct {
	// CheckSchedule says what is wrong with a schedule in a zone.
	CheckSchedule func(expr string, loc *time.Location) error
	// CheckSale says what is wrong with a sale that only its schedule can tell.
	CheckSale func(sale.Sale) error
	// Moments gives the moments at which a sale makes offers.
	Moments func(sale.Sale) (func(after time.Time) time.Time, error)
	// NextMoments gives the moment of a sale's next batch and the one after it,
	// from the one that the line remembers, zero for none.
	NextMoments steering.Schedule
	// Write writes a version to the line and puts it to box, which waits as
	// briefly as whoever saves. why says in words for the organizer why the box
	// office does not have it yet, when trying again makes sense and goes on by
	// itself.
	Write func(ctx context.Context, box BoxOffice, s sale.Sale, e line.Edit) (why string, err error)
}

func (d SalesDesk) check() error {
	switch {
	case d.CheckSchedule == nil:
		return errors.New("console: Options.Sales.CheckSchedule is missing")
	case d.CheckSale == nil:
		return errors.New("console: Options.Sales.CheckSale is missing")
	case d.Moments == nil:
		return errors.New("console: Options.Sales.Moments is missing")
	case d.NextMoments == nil:
		return errors.New("console: Options.Sales.NextMoments is missing")
	case d.Write == nil:
		return errors.New("console: Options.Sales.Write is missing")
	}
	return nil
}

// BoxOffice is the box office as the console reaches it: in this process, or
// over the wire.
type BoxOffice interface {
	// Put takes a version of a sale, and the keys that its links are signed with.
	Put(ctx context.Context, s sale.Sale, keys []sale.PublicKey) error
	// Stock is what the box office has of a sale.
	Stock(ctx context.Context, slug string) (sale.Stock, error)
	// Flows is what moved in its ledger after a position.
	Flows(ctx context.Context, slug string, after int64) (sale.Flows, error)
	// Freeze tells it of the freezes of a sale, all of them.
	Freeze(ctx context.Context, slug string, all []sale.Freeze) error
	// Ledger is its ledger itself, page by page.
	Ledger(ctx context.Context, slug string, after int64, limit int) ([]sale.Transfer, error)
}

// boxPatience is how long an organizer's page waits for one answer of the box
// office. One on another continent answers within it; one that is slower, or
// that takes the connection and says nothing, is told of as one that cannot be
// reached, while whoever is waiting still is.
const boxPatience = 1500 * time.Millisecond

// patient is a box office that is waited for no longer than most, call by
// call: what the line writes before and after keeps the request's own time.
type patient struct {
	box  BoxOffice
	most time.Duration
}

// Put implements [BoxOffice].
func (p patient) Put(ctx context.Context, s sale.Sale, keys []sale.PublicKey) error {
	ctx, stop := context.WithTimeout(ctx, p.most)
	defer stop()
	return p.box.Put(ctx, s, keys)
}

// Stock implements [BoxOffice].
func (p patient) Stock(ctx context.Context, slug string) (sale.Stock, error) {
	ctx, stop := context.WithTimeout(ctx, p.most)
	defer stop()
	return p.box.Stock(ctx, slug)
}

// Flows implements [BoxOffice].
func (p patient) Flows(ctx context.Context, slug string, after int64) (sale.Flows, error) {
	ctx, stop := context.WithTimeout(ctx, p.most)
	defer stop()
	return p.box.Flows(ctx, slug, after)
}

// Freeze implements [BoxOffice].
func (p patient) Freeze(ctx context.Context, slug string, all []sale.Freeze) error {
	ctx, stop := context.WithTimeout(ctx, p.most)
	defer stop()
	return p.box.Freeze(ctx, slug, all)
}

// Ledger implements [BoxOffice]. The first page decides whether there is
// something to take out; once it is on its way a slow page is worth waiting
// for, since what breaks off is of no use.
func (p patient) Ledger(ctx context.Context, slug string, after int64, limit int) ([]sale.Transfer, error) {
	if after > 0 {
		return p.box.Ledger(ctx, slug, after, limit)
	}
	ctx, stop := context.WithTimeout(ctx, p.most)
	defer stop()
	return p.box.Ledger(ctx, slug, after, limit)
}

// Place is what is known of where the console runs. All of it is optional.
type Place struct {
	RegistrationURL string                                              // what fans type, without a slash at the end; empty: not known here
	MailLimits      plan.Limits                                         // of the dispatcher, as set here
	Examine         func(ctx context.Context) ([]doctor.Finding, error) // what `inturn doctor` says; nil: ask there
	KeysMade        func() (time.Time, error)                           // when the newest of the keys was made; nil: not known here
}
