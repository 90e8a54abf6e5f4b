package line

import (
	"cmp"
	"container/heap"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// stretch is a time in which one registration was eligible for an offer:
// from when it joined, came back or got its turn back, until it was planned
// or left. until is 0 while it lasts.
type stretch struct {
	number      int
	from, until int64
	batch       int64 // the batch that ended it; 0 when none did
}

// inOrder replays every batch against the registrations that were eligible
// at its moment: each offer must have gone to the lowest of them. What became
// eligible, or stopped being so, in the very millisecond of the batch may
// stand on either side of it.
func inOrder(ctx context.Context, tx *sqldb.Tx, saleID int64) error {
	all, err := stretches(ctx, tx, saleID)
	if err != nil {
		return err
	}
	planned, err := batchTimes(ctx, tx, saleID)
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b stretch) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.number, b.number))
	})
	highest := map[int64]int{}
	for _, s := range all {
		highest[s.batch] = max(highest[s.batch], s.number)
	}
	var eligible lowest
	next := 0
	for i, at := range planned {
		batch := int64(i + 1)
		for ; next < len(all) && all[next].from <= at; next++ {
			heap.Push(&eligible, all[next])
		}
		var later []stretch
		for eligible.Len() > 0 && eligible[0].number <= highest[batch] {
			s := heap.Pop(&eligible).(stretch)
			switch {
			case s.batch == batch || (s.until > 0 && s.until <= at):
			case s.from == at:
				later = append(later, s)
			default:
				return fmt.Errorf("batch %d passed over number %d and went up to %d", batch, s.number, highest[batch])
			}
		}
		for _, s := range later {
			heap.Push(&eligible, s)
		}
	}
	return nil
}

// batchTimes gives when each batch was planned; batches are dense from 1.
func batchTimes(ctx context.Context, tx *sqldb.Tx, saleID int64) ([]int64, error) {
	var times []int64
	err := tx.Each(ctx, func(row sqldb.Row) error {
		var batch, at int64
		if err := row.Scan(&batch, &at); err != nil {
			return err
		}
		if batch != int64(len(times)+1) {
			return fmt.Errorf("batch %d follows batch %d", batch, len(times))
		}
		times = append(times, at)
		return nil
	}, `SELECT batch, MIN(planned_at) FROM offers WHERE sale_id = $1 GROUP BY batch ORDER BY batch`, saleID)
	return times, err
}

// change is one thing that happened to a registration. turn is +1 when an
// offer was planned and -1 when one gave the turn back; gone is +1 when it
// left the line and -1 when it came back.
type change struct {
	at         int64
	turn, gone int
	batch      int64
}

func stretches(ctx context.Context, tx *sqldb.Tx, saleID int64) ([]stretch, error) {
	changes := map[int][]change{}
	err := eachRow(ctx, tx, `SELECT number, at, 0, 0, '' FROM registrations WHERE sale_id = $1`, saleID,
		func(number int, at, _, _ int64, _ string) {
			changes[number] = append(changes[number], change{at: at})
		})
	if err != nil {
		return nil, err
	}
	err = eachRow(ctx, tx, `SELECT number, planned_at, COALESCE(returned_at, over_at, 0), batch,
			CASE WHEN returned_at IS NULL THEN state ELSE 'undelivered' END FROM offers WHERE sale_id = $1 ORDER BY batch`, saleID,
		func(number int, at, overAt, batch int64, state string) {
			changes[number] = append(changes[number], change{at: at, turn: 1, batch: batch})
			if overAt > 0 && !sale.OfferState(state).CountsAsTurn() {
				changes[number] = append(changes[number], change{at: overAt, turn: -1})
			}
		})
	if err != nil {
		return nil, err
	}
	err = eachRow(ctx, tx, `SELECT number, at, 0, 0, action FROM audit WHERE sale_id = $1 AND action IN ('withdraw', 'restore', 'erase') ORDER BY id`, saleID,
		func(number int, at, _, _ int64, action string) {
			c := change{at: at, gone: 1}
			if action == "restore" {
				c.gone = -1
			}
			changes[number] = append(changes[number], c)
		})
	if err != nil {
		return nil, err
	}
	bounced, err := ints(ctx, tx, `SELECT number FROM registrations WHERE sale_id = $1 AND bounced = 1 ORDER BY number`, saleID)
	if err != nil {
		return nil, err
	}
	var all []stretch
	for number, list := range changes {
		_, out := slices.BinarySearch(bounced, number)
		all = append(all, fold(number, list, out)...)
	}
	return all, nil
}

// fold turns the changes of one registration into its eligible stretches.
// One that bounced is not eligible after its last offer.
func fold(number int, list []change, bounced bool) []stretch {
	slices.SortStableFunc(list, func(a, b change) int { return cmp.Compare(a.at, b.at) })
	var out []stretch
	open, turns, gone := false, 0, 0
	for _, c := range list {
		if c.batch > 0 && !open { // planned in the millisecond in which it became eligible
			out, open = append(out, stretch{number: number, from: c.at}), true
		}
		turns, gone = turns+c.turn, max(gone+c.gone, 0)
		eligible := turns == 0 && gone == 0
		switch last := len(out) - 1; {
		case open && !eligible:
			out[last].until, out[last].batch = c.at, c.batch
		case !open && eligible:
			out = append(out, stretch{number: number, from: c.at})
		}
		open = eligible
	}
	if open && bounced {
		out = out[:len(out)-1]
	}
	return out
}

func eachRow(ctx context.Context, tx *sqldb.Tx, query string, saleID int64, visit func(number int, a, b, c int64, s string)) error {
	return tx.Each(ctx, func(row sqldb.Row) error {
		var number int
		var a, b, c int64
		var s sql.NullString
		if err := row.Scan(&number, &a, &b, &c, &s); err != nil {
			return err
		}
		visit(number, a, b, c, s.String)
		return nil
	}, query, saleID)
}

// lowest is a heap of stretches by number.
type lowest []stretch

func (h lowest) Len() int           { return len(h) }
func (h lowest) Less(i, j int) bool { return h[i].number < h[j].number }
func (h lowest) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *lowest) Push(x any)        { *h = append(*h, x.(stretch)) }
func (h *lowest) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
