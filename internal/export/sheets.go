package export

import (
	"context"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// pageRows is how many rows are read at a time.
const pageRows = 1000

// Ledger reads a sale's ledger, page by page: the box office, in this process
// or over the wire.
type Ledger interface {
	Ledger(ctx context.Context, slug string, after int64, limit int) ([]sale.Transfer, error)
}

// Source is where a sale's data is. Addresses says whether fans' addresses may
// be taken out; without it there is no column for them.
type Source struct {
	Line      *line.Line
	Ledger    Ledger
	Sale      string
	Addresses bool
}

// sheet is one thing that can be taken out: its columns, and its rows page by
// page, each with as many values as there are columns. No rows: the end.
type sheet struct {
	columns []string
	next    func(ctx context.Context) ([][]any, error)
}

// What lists what can be taken out.
func What() []string { return []string{"registrations", "offers", "orders", "ledger", "audit"} }

func (s Source) sheet(what string) (sheet, error) {
	switch what {
	case "registrations":
		return s.registrations(), nil
	case "offers":
		return s.offers(), nil
	case "orders":
		return s.orders(), nil
	case "ledger":
		return s.ledger(), nil
	case "audit":
		return s.audit(), nil
	}
	return sheet{}, sale.E(sale.CodeNotFound, "There is no %q to take out; there are %s.", what, strings.Join(What(), ", "))
}

// without leaves a column out.
func (s sheet) without(column string) sheet {
	at := -1
	var columns []string
	for i, name := range s.columns {
		if name == column {
			at = i
			continue
		}
		columns = append(columns, name)
	}
	return sheet{columns, func(ctx context.Context) ([][]any, error) {
		rows, err := s.next(ctx)
		for i, row := range rows {
			rows[i] = append(row[:at:at], row[at+1:]...)
		}
		return rows, err
	}}
}

// guarded leaves addresses out where they may not be taken out.
func (s Source) guarded(all sheet) sheet {
	if s.Addresses {
		return all
	}
	return all.without("address")
}

func (s Source) registrations() sheet {
	after := 0
	return s.guarded(sheet{
		[]string{"number", "class", "address", "language", "joined", "waiting", "bounced", "undelivered", "withdrawn", "erased", "address_corrected"},
		func(ctx context.Context) (rows [][]any, err error) {
			page, err := s.Line.RegistrationsAfter(ctx, s.Sale, after, pageRows)
			for _, r := range page {
				rows = append(rows, []any{
					r.Number, string(r.Class), r.Address, r.Lang, r.Joined, r.Waiting, r.Bounced, r.Undelivered, r.Withdrawn, r.Erased, r.Corrected,
				})
				after = r.Number
			}
			return rows, err
		},
	})
}

func (s Source) offers() sheet {
	number, batch := 0, int64(0)
	return sheet{
		[]string{"offer", "number", "batch", "asked", "granted", "state", "reason", "ends", "planned", "opened", "over", "turn_given_back"},
		func(ctx context.Context) (rows [][]any, err error) {
			page, err := s.Line.OffersAfter(ctx, s.Sale, number, batch, pageRows)
			for _, o := range page {
				rows = append(rows, []any{
					o.ID, o.Number, o.Batch, o.Most, o.Granted, string(o.State), string(o.Reason), o.Ends, o.Planned, o.Opened, o.Over, o.Returned,
				})
				number, batch = o.Number, o.Batch
			}
			return rows, err
		},
	}
}

func (s Source) orders() sheet {
	after := ""
	return s.guarded(sheet{
		[]string{"code", "state", "number", "address", "offer", "tickets", "types", "amount", "currency", "at", "cancellation_asked", "cancellation_why"},
		func(ctx context.Context) (rows [][]any, err error) {
			page, err := s.Line.OrdersAfter(ctx, s.Sale, after, pageRows)
			for _, o := range page {
				rows = append(rows, []any{
					o.Order.Code, string(o.Order.State), o.Number, o.Address, o.Order.Offer, len(o.Order.Tickets), o.Order.TypesInWords(),
					sale.FormatPrice(o.Order.Total, o.Order.Currency), o.Order.Currency, o.Order.At, o.Asked, o.CancelWhy,
				})
				after = o.Order.Code
			}
			return rows, err
		},
	})
}

func (s Source) ledger() sheet {
	after := int64(0)
	return sheet{
		[]string{"id", "at", "pool", "source", "target", "units", "reason", "offer"},
		func(ctx context.Context) (rows [][]any, err error) {
			page, err := s.Ledger.Ledger(ctx, s.Sale, after, pageRows)
			for _, t := range page {
				rows = append(rows, []any{t.ID, t.At, t.Pool, t.Source, t.Target, t.Units, t.Reason, t.Offer})
				after = t.ID
			}
			return rows, err
		},
	}
}

func (s Source) audit() sheet {
	after := int64(0)
	return sheet{
		[]string{"id", "at", "actor", "action", "number", "detail", "why"},
		func(ctx context.Context) (rows [][]any, err error) {
			page, err := s.Line.AuditAfter(ctx, s.Sale, after, pageRows)
			for _, e := range page {
				rows = append(rows, []any{e.ID, e.At, e.Actor, e.Action, nothing(e.Number), e.Detail, e.Why})
				after = e.ID
			}
			return rows, err
		},
	}
}

// nothing is no number, for a 0 that means so.
func nothing(n int) any {
	if n == 0 {
		return nil
	}
	return n
}

// moment is a time as both formats write it; "" for none.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}
