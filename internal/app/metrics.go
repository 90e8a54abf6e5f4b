package app

import (
	"context"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// refreshTimeout bounds what a scrape may cost the databases. What does not
// answer in time keeps its last value.
const refreshTimeout = 2 * time.Second

// refreshMetrics reads what is counted in the databases, and asks the parts.
func (a *App) refreshMetrics(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, refreshTimeout)
	defer cancel()
	a.checkHealth(ctx)
	var slugs []string
	var err error
	if a.line != nil {
		slugs, err = a.refreshLine(ctx)
	} else if a.o.Roles.Has(Checkout) {
		slugs, err = a.boxOfficeSlugs(ctx)
	}
	for _, slug := range slugs {
		if err == nil {
			err = a.refreshStock(ctx, slug)
		}
	}
	if err != nil {
		a.o.Logger.Warn("metrics are not up to date", "error", err)
	}
}

// refreshLine sets what the line counts, and gives its sales.
func (a *App) refreshLine(ctx context.Context) ([]string, error) {
	states, err := a.line.Sales(ctx)
	if err != nil {
		return nil, err
	}
	var slugs []string
	for _, st := range states {
		slug := st.Sale.Slug
		slugs = append(slugs, slug)
		a.metrics.Registrations(slug, sale.Guaranteed, st.GuaranteedGiven)
		a.metrics.Registrations(slug, sale.Standby, st.Last-st.GuaranteedGiven)
		counts, err := a.line.OfferCounts(ctx, slug)
		if err != nil {
			return nil, err
		}
		a.metrics.Offers(slug, counts)
		bounced, err := a.line.BouncedMails(ctx, slug)
		if err != nil {
			return nil, err
		}
		a.metrics.Bounced(slug, bounced)
	}
	return slugs, nil
}

func (a *App) boxOfficeSlugs(ctx context.Context) ([]string, error) {
	b, err := a.parts.BoxOffice(ctx)
	if err != nil {
		return nil, err
	}
	sales, err := b.Sales(ctx)
	if err != nil {
		return nil, err
	}
	var slugs []string
	for _, s := range sales {
		slugs = append(slugs, s.Slug)
	}
	return slugs, nil
}

// refreshStock asks the box office, wherever it is. A sale that is not there
// yet has no stock.
func (a *App) refreshStock(ctx context.Context, slug string) error {
	if a.wire == nil {
		return nil
	}
	stock, err := a.wire.Stock(ctx, slug)
	if sale.CodeOf(err) == sale.CodeNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	a.metrics.Stock(stock)
	return nil
}
