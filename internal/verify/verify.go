// Package verify checks every invariant on stored data: each side by itself,
// and the two against each other up to the line's cursor.
//
// It reads and never writes, so it may run beside a running sale. Each side
// is read in one snapshot, the line first: what the box office did after that
// shows in its feed behind the line's cursor and is left out of the
// comparison.
package verify

import (
	"context"
	"fmt"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// Problem is one broken invariant, numbered as in the documentation.
type Problem struct {
	Invariant int    `json:"invariant"`
	Name      string `json:"name"`
	Detail    string `json:"detail"`
}

func (p Problem) String() string {
	return fmt.Sprintf("invariant %d (%s): %s", p.Invariant, p.Name, p.Detail)
}

// Run checks one database.
func Run(ctx context.Context, db *sqldb.DB, checks []sqldb.Check) ([]Problem, error) {
	var found []Problem
	err := db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		found = nil
		for _, c := range checks {
			if err := c.Run(ctx, tx); err != nil {
				found = append(found, Problem{Invariant: c.Invariant, Name: c.Name, Detail: err.Error()})
			}
		}
		return nil
	})
	return found, err
}

// Both checks the line, the box office (whose database is boxDB), and every
// sale across the two.
func Both(ctx context.Context, l *line.Line, b *boxoffice.BoxOffice, boxDB *sqldb.DB) ([]Problem, error) {
	found, err := Run(ctx, l.DB(), line.Checks())
	if err != nil {
		return nil, fmt.Errorf("check the line: %w", err)
	}
	more, err := Run(ctx, boxDB, boxoffice.Checks())
	if err != nil {
		return nil, fmt.Errorf("check the box office: %w", err)
	}
	found = append(found, more...)
	sales, err := l.Sales(ctx)
	if err != nil {
		return nil, err
	}
	for _, st := range sales {
		across, err := Across(ctx, l, b, st.Sale.Slug)
		if err != nil {
			return nil, fmt.Errorf("compare the two sides of %s: %w", st.Sale.Slug, err)
		}
		found = append(found, across...)
	}
	return found, nil
}

// page is how many outcomes are read at a time.
const page = 1000

// Across compares the two sides of one sale (invariant 31).
func Across(ctx context.Context, l *line.Line, b *boxoffice.BoxOffice, slug string) ([]Problem, error) {
	found, err := freezesAgree(ctx, l, b, slug)
	if err != nil {
		return nil, err
	}
	books, err := l.Books(ctx, slug)
	if err != nil {
		return nil, err
	}
	if _, err := b.Stock(ctx, slug); sale.CodeOf(err) == sale.CodeNotFound && len(books.Offers) == 0 {
		return found, nil // the first version was not put yet
	}
	there := map[string]boxoffice.OfferRow{}
	err = b.Offers(ctx, slug, func(r boxoffice.OfferRow) error {
		there[r.ID] = r
		return nil
	})
	if err != nil {
		return nil, err
	}
	later, err := decidedLater(ctx, b, slug, books.Cursor)
	if err != nil {
		return nil, err
	}
	for id, here := range books.Offers {
		if why := differ(here, there[id], later[id]); why != "" {
			found = append(found, Problem{Invariant: 31, Name: "both sides agree", Detail: fmt.Sprintf("%s: offer %s: %s", slug, id, why)})
		}
	}
	// The line writes an offer before it asks for it: what the box office had
	// is on the line by now.
	if books, err = l.Books(ctx, slug); err != nil {
		return nil, err
	}
	for id, r := range there {
		if _, known := books.Offers[id]; !known && r.State == "open" {
			found = append(found, Problem{
				Invariant: 31, Name: "both sides agree",
				Detail: fmt.Sprintf("%s: offer %s holds %d tickets and the line does not know it", slug, id, r.Granted),
			})
		}
	}
	return found, nil
}

// decidedLater are the offers of which the line has not collected everything
// yet.
func decidedLater(ctx context.Context, b *boxoffice.BoxOffice, slug string, cursor int64) (map[string]bool, error) {
	later := map[string]bool{}
	for {
		outcomes, err := b.Outcomes(ctx, slug, cursor, page)
		if err != nil || len(outcomes) == 0 {
			return later, err
		}
		for _, o := range outcomes {
			later[o.Offer] = true
			cursor = o.Position
		}
	}
}

// differ says how the two sides contradict each other about one offer, or "".
func differ(here line.BookRow, there boxoffice.OfferRow, later bool) string {
	switch here.State {
	case sale.OfferPlanned:
		return "" // the box office may or may not have been asked yet
	case sale.OfferOpen, sale.OfferClosing:
		if there.State == "open" && there.Granted != here.Granted {
			return fmt.Sprintf("%d tickets on the line, %d at the box office", here.Granted, there.Granted)
		}
		if there.State != "open" && !later && here.State == sale.OfferOpen {
			return fmt.Sprintf("open on the line, %q at the box office", there.State)
		}
	case sale.OfferBought:
		if there.State != "bought" {
			return fmt.Sprintf("bought on the line, %q at the box office", there.State)
		}
	case sale.OfferDropped:
		if there.State == "open" || there.State == "bought" {
			return fmt.Sprintf("dropped on the line, %q at the box office", there.State)
		}
	default:
		if there.State != "closed" {
			return fmt.Sprintf("%s on the line, %q at the box office", here.State, there.State)
		}
	}
	return ""
}
