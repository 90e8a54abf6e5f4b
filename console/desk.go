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
	// Write writes a version to the line and puts it to the box office. why says
	// in words for the organizer why the box office does not have it yet, when
	// trying again makes sense and goes on by itself.
	Write func(ctx context.Context, s sale.Sale, e line.Edit) (why string, err error)
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
	// Stock is what the box office has of a sale.
	Stock(ctx context.Context, slug string) (sale.Stock, error)
	// Flows is what moved in its ledger after a position.
	Flows(ctx context.Context, slug string, after int64) (sale.Flows, error)
	// Freeze tells it of the freezes of a sale, all of them.
	Freeze(ctx context.Context, slug string, all []sale.Freeze) error
	// Ledger is its ledger itself, page by page.
	Ledger(ctx context.Context, slug string, after int64, limit int) ([]sale.Transfer, error)
}

// Place is what is known of where the console runs. All of it is optional.
type Place struct {
	RegistrationURL string                                              // what fans type, without a slash at the end; empty: not known here
	MailLimits      plan.Limits                                         // of the dispatcher, as set here
	Examine         func(ctx context.Context) ([]doctor.Finding, error) // what `inturn doctor` says; nil: ask there
	KeysMade        func() (time.Time, error)                           // when the newest of the keys was made; nil: not known here
}
