package line

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// Incident is one freeze of a sale with what was recorded about it.
type Incident struct {
	sale.Freeze
	Actor    string // who ordered it
	Why      string // in his own words, not for fans
	EndedBy  string
	EndedWhy string // "" when nothing was said
	Moved    int    // how many links it gave time to
}

// Freeze stops every running clock of a sale: from the moment this returns no
// offer is made, no offer mail begins to leave, and no offer expires or is
// given up. What is bought meanwhile is bought. why is one line, and is
// recorded. Of a sale that is frozen already nothing changes, and fresh is
// false.
func (l *Line) Freeze(ctx context.Context, slug, actor, why string) (inc Incident, fresh bool, err error) {
	if why, err = sale.CheckWhy(why); err != nil {
		return Incident{}, false, err
	}
	err = l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		fresh = false
		id, all, err := lockFreezes(ctx, tx, slug)
		if err != nil {
			return err
		}
		if n := len(all); n > 0 && all[n-1].Lasts() {
			inc = all[n-1]
			return nil
		}
		now := l.now()
		inc = Incident{Actor: actor, Why: why, Freeze: sale.Freeze{N: len(all) + 1, Began: bare(all).BeginAt(now)}}
		_, err = tx.Exec(ctx, `INSERT INTO freezes (sale_id, n, began_at, actor, why) VALUES ($1, $2, $3, $4, $5)`,
			id, inc.N, sqldb.Millis(inc.Began), actor, why)
		if err != nil {
			return fmt.Errorf("write it down: %w", err)
		}
		fresh = true
		return audit(ctx, tx, auditEntry{at: now, actor: actor, action: "freeze", saleID: id, why: why})
	})
	if err != nil {
		return Incident{}, false, fmt.Errorf("freeze sale %s: %w", slug, err)
	}
	return inc, fresh, nil
}

// Unfreeze lets the clocks run again, and gives every open link exactly the
// time that they stood still. why may be "". Of a sale that is not frozen
// nothing changes, and fresh is false; the incident is then the last one.
func (l *Line) Unfreeze(ctx context.Context, slug, actor, why string) (inc Incident, fresh bool, err error) {
	if why != "" {
		if why, err = sale.CheckWhy(why); err != nil {
			return Incident{}, false, err
		}
	}
	err = l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		inc, fresh = Incident{}, false
		id, all, err := lockFreezes(ctx, tx, slug)
		if err != nil || len(all) == 0 {
			return err
		}
		if inc = all[len(all)-1]; !inc.Lasts() {
			return nil
		}
		st, err := readState(ctx, tx, slug)
		if err != nil {
			return err
		}
		now := l.now()
		fresh, inc.Ended, inc.EndedBy, inc.EndedWhy = true, inc.EndAt(now), actor, why
		if inc.Moved, err = giveTime(ctx, tx, id, inc.Freeze); err != nil {
			return err
		}
		if err := havePatience(ctx, tx, st, now); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE freezes SET ended_at = $1, ended_by = $2, ended_why = $3, moved = $4 WHERE sale_id = $5 AND n = $6`,
			sqldb.Millis(inc.Ended), actor, why, inc.Moved, id, inc.N)
		if err != nil {
			return fmt.Errorf("write it down: %w", err)
		}
		return audit(ctx, tx, auditEntry{
			at: now, actor: actor, action: "release", saleID: id, why: why,
			detail: fmt.Sprintf("after %s, given to %s", sale.Spelled(inc.Outage()), sale.Counted(inc.Moved, "link")),
		})
	})
	if err != nil {
		return Incident{}, false, fmt.Errorf("release sale %s: %w", slug, err)
	}
	return inc, fresh, nil
}

// giveTime moves the ends of the links that had time left when the freeze
// began, and says how many. One that is being closed has none left by the
// clock that began it; should another clock say otherwise, the box office
// gives it the time as well.
func giveTime(ctx context.Context, tx *sqldb.Tx, saleID int64, f sale.Freeze) (int, error) {
	moved := 0
	for _, state := range []sale.OfferState{sale.OfferOpen, sale.OfferClosing} {
		res, err := tx.Exec(ctx, `UPDATE offers SET ends = ends + $1 WHERE sale_id = $2 AND state = '`+string(state)+`' AND ends > $3`,
			f.Outage().Milliseconds(), saleID, sqldb.Millis(f.Began))
		if err != nil {
			return 0, fmt.Errorf("give links their time: %w", err)
		}
		n, err := res.RowsAffected()
		if err != nil {
			return 0, err
		}
		moved += int(n)
	}
	return moved, nil
}

// havePatience lets mails be tried for a whole life again: that they could not
// leave while the clocks stood still was not the fans' fault. One that may
// have arrived keeps its first try, and is repeated for a life from now.
func havePatience(ctx context.Context, tx *sqldb.Tx, st State, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE outbox SET first_at = NULL, give_up_at = NULL WHERE sale_id = $1 AND priority = 0
		AND due_at IS NOT NULL AND state = 'queued' AND delivered = 0`, st.ID)
	if err != nil {
		return fmt.Errorf("have patience again: %w", err)
	}
	return tryUntil(ctx, tx, st.ID, st.Sale.Rest().AddLoud(now, st.Sale.Dispatch.LinkLife))
}

// tryUntil has offers' mails that wait or are being sent tried until the given
// time at least. Each half of the union has an index of its own; those that
// are done, which may be a million, are not looked at.
func tryUntil(ctx context.Context, tx *sqldb.Tx, saleID int64, until time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE outbox SET give_up_at = $1 WHERE give_up_at < $1 AND id IN (
		SELECT id FROM outbox WHERE sale_id = $2 AND priority = 0 AND due_at IS NOT NULL
		UNION ALL SELECT id FROM outbox WHERE sale_id = $2 AND priority = 0 AND state = 'sending')`, sqldb.Millis(until), saleID)
	if err != nil {
		return fmt.Errorf("have patience with what is on its way: %w", err)
	}
	return nil
}

// lockFreezes takes the sale's dispatch row, so that no hand-over, closing or
// batch is under way, and reads the freezes.
func lockFreezes(ctx context.Context, tx *sqldb.Tx, slug string) (int64, []Incident, error) {
	id, err := lockDispatch(ctx, tx, slug)
	if err != nil {
		return 0, nil, err
	}
	all, err := readIncidents(ctx, tx, id)
	return id, all, err
}

func readIncidents(ctx context.Context, tx *sqldb.Tx, saleID int64) ([]Incident, error) {
	var all []Incident
	err := tx.Each(ctx, func(row sqldb.Row) error {
		var inc Incident
		var began int64
		var ended sql.NullInt64
		err := row.Scan(&inc.N, &began, &ended, &inc.Actor, &inc.Why, &inc.EndedBy, &inc.EndedWhy, &inc.Moved)
		inc.Began, inc.Ended = sqldb.Time(began), sqldb.NullTime(ended)
		all = append(all, inc)
		return err
	}, `SELECT n, began_at, ended_at, actor, why, ended_by, ended_why, moved FROM freezes WHERE sale_id = $1 ORDER BY n`, saleID)
	if err != nil {
		return nil, fmt.Errorf("read freezes: %w", err)
	}
	return all, nil
}

// bare is what a box office and a link need to know of incidents.
func bare(all []Incident) sale.Freezes {
	var out sale.Freezes
	for _, inc := range all {
		out = append(out, inc.Freeze)
	}
	return out
}

// Incidents gives the freezes of a sale, the first one first.
func (l *Line) Incidents(ctx context.Context, slug string) ([]Incident, error) {
	var all []Incident
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		st, err := readState(ctx, tx, slug)
		if err != nil {
			return err
		}
		all, err = readIncidents(ctx, tx, st.ID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the incidents of %s: %w", slug, err)
	}
	return all, nil
}

// UntoldFreezes gives all freezes of a sale when its box office does not know
// everything about them; none when it does, or has not got the sale yet.
func (l *Line) UntoldFreezes(ctx context.Context, slug string) (sale.Freezes, error) {
	var all sale.Freezes
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		all = nil
		var id, stored int64
		var untold int
		err := tx.QueryRow(ctx, `SELECT s.id, s.stored, (SELECT COUNT(*) FROM freezes f WHERE f.sale_id = s.id
			AND f.told < CASE WHEN f.ended_at IS NULL THEN 1 ELSE 2 END) FROM sales s WHERE s.slug = $1`, slug).Scan(&id, &stored, &untold)
		if err != nil || untold == 0 || stored == 0 {
			return err
		}
		incidents, err := readIncidents(ctx, tx, id)
		all = bare(incidents)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for freezes of %s: %w", slug, err)
	}
	return all, nil
}

// TellFreezes tells a sale's box office of freezes that it does not know, and
// records that. It tells nothing to one that has not got the sale yet. The
// error is the box office's when it could not be reached: then it is told later.
func (l *Line) TellFreezes(ctx context.Context, slug string, tell func(ctx context.Context, slug string, all []sale.Freeze) error) error {
	untold, err := l.UntoldFreezes(ctx, slug)
	if err != nil || len(untold) == 0 {
		return err
	}
	if err := tell(ctx, slug, untold); err != nil {
		return err
	}
	return l.FreezesTold(ctx, slug, untold)
}

// LinksOut is how many links of a sale have time left at the moment at, by
// the index of open ends.
func (l *Line) LinksOut(ctx context.Context, saleID int64, at time.Time) (int, error) {
	var n int
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		return tx.QueryRow(ctx, `SELECT COUNT(*) FROM offers WHERE sale_id = $1 AND state = 'open' AND ends > $2`, saleID, sqldb.Millis(at)).Scan(&n)
	})
	if err != nil {
		return 0, fmt.Errorf("count links: %w", err)
	}
	return n, nil
}

// ToldFreezes gives what the box office was told, as far as that is recorded:
// of a freeze of which it was only told that it began, not when it ended.
func (l *Line) ToldFreezes(ctx context.Context, slug string) (sale.Freezes, error) {
	var all sale.Freezes
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		all = nil
		return tx.Each(ctx, func(row sqldb.Row) error {
			var f sale.Freeze
			var began, ended int64
			err := row.Scan(&f.N, &began, &ended)
			f.Began, f.Ended = sqldb.Time(began), sqldb.Time(ended)
			all = append(all, f)
			return err
		}, `SELECT n, began_at, CASE WHEN told = 2 THEN ended_at ELSE 0 END FROM freezes
			WHERE sale_id = (SELECT id FROM sales WHERE slug = $1) AND told > 0 ORDER BY n`, slug)
	})
	if err != nil {
		return nil, fmt.Errorf("read what the box office was told of %s: %w", slug, err)
	}
	return all, nil
}

// FreezesTold records what the box office has been told. It may come late and
// again.
func (l *Line) FreezesTold(ctx context.Context, slug string, told sale.Freezes) error {
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		id, err := lockDispatch(ctx, tx, slug)
		if err != nil {
			return err
		}
		for _, f := range told {
			much := 2
			if f.Lasts() {
				much = 1
			}
			_, err := tx.Exec(ctx, `UPDATE freezes SET told = $1 WHERE sale_id = $2 AND n = $3 AND told < $1`, much, id, f.N)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("record that the box office knows the freezes of %s: %w", slug, err)
	}
	return nil
}
