package line

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// State is a sale as the line sees it at one moment.
type State struct {
	ID              int64
	Sale            sale.Sale // as in force on the line
	Latest          int64     // newest version that was not refused
	Stored          int64     // newest version the box office has, 0 for none
	PendingWhy      string    // why Latest is not Stored, as last reported
	Paused          bool
	Last            int       // numbers given
	GuaranteedGiven int       // numbers given with the class guaranteed
	Reached         int       // highest number whose turn has come
	NextBatch       time.Time // next scheduled moment; zero when not known
	Period          time.Duration
	SoldOut         bool
	Cursor          int64     // feed position up to which outcomes are collected
	Batch           int64     // number of the last batch
	ToldUpTo        int       // numbers up to here were told that it is over
	QuietUntil      time.Time // until when quiet hours of earlier versions held mails back; zero when they never did
	Frozen          bool      // its clocks stand still
	FrozenSince     time.Time // where they stand; zero when they run
	FrozenWhy       string    // the organizers' own words, not for fans
	Freezes         int       // freezes that are over: what every end counts already
}

// Halted says whether no new offer is made for the time being, and no offer
// mail leaves: paused, or frozen.
func (s State) Halted() bool { return s.Paused || s.Frozen }

// Pending says whether a newer version waits for the box office.
func (s State) Pending() bool { return s.Latest > s.Stored }

const stateColumns = `s.id, s.doc, s.wanted, s.stored, s.pending_why, s.last_number, s.guaranteed_given,
	d.paused, d.reached, d.next_at, d.period, d.sold_out, d.feed_cursor, d.batch, d.told_upto, d.quiet_until,
	f.began_at, f.why, (SELECT COUNT(*) FROM freezes x WHERE x.sale_id = s.id AND x.ended_at IS NOT NULL)`

const stateTables = `sales s JOIN dispatch d ON d.sale_id = s.id LEFT JOIN freezes f ON f.sale_id = s.id AND f.ended_at IS NULL`

func scanState(scan func(...any) error) (State, error) {
	var (
		st                     State
		doc                    string
		paused, sold           int
		reached, next, period  int64
		last, given, toldUpTo  int64
		wanted, stored, cursor int64
		quiet                  int64
		frozen                 sql.NullInt64
		why                    sql.NullString
	)
	err := scan(&st.ID, &doc, &wanted, &stored, &st.PendingWhy, &last, &given,
		&paused, &reached, &next, &period, &sold, &cursor, &st.Batch, &toldUpTo, &quiet,
		&frozen, &why, &st.Freezes)
	if err != nil {
		return State{}, err
	}
	if err := json.Unmarshal([]byte(doc), &st.Sale); err != nil {
		return State{}, fmt.Errorf("read sale: %w", err)
	}
	st.Latest, st.Stored, st.Cursor = wanted, stored, cursor
	st.Last, st.GuaranteedGiven, st.Reached, st.ToldUpTo = int(last), int(given), int(reached), int(toldUpTo)
	st.Paused, st.SoldOut = paused == 1, sold == 1
	st.NextBatch, st.Period = sqldb.Time(next), time.Duration(period)*time.Millisecond
	st.QuietUntil = sqldb.Time(quiet)
	st.Frozen, st.FrozenSince, st.FrozenWhy = frozen.Valid, sqldb.NullTime(frozen), why.String
	return st, nil
}

// Sales gives every sale, in the order in which they were first applied.
func (l *Line) Sales(ctx context.Context) ([]State, error) {
	var all []State
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		all = nil
		return tx.Each(ctx, func(row sqldb.Row) error {
			st, err := scanState(row.Scan)
			if err != nil {
				return err
			}
			all = append(all, st)
			return nil
		}, `SELECT `+stateColumns+` FROM `+stateTables+` ORDER BY s.id`)
	})
	if err != nil {
		return nil, fmt.Errorf("read sales: %w", err)
	}
	return all, nil
}

// Sale gives one sale; CodeNotFound when there is none.
func (l *Line) Sale(ctx context.Context, slug string) (State, error) {
	var st State
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		var err error
		st, err = readState(ctx, tx, slug)
		return err
	})
	if err != nil {
		return State{}, fmt.Errorf("read sale %s: %w", slug, err)
	}
	return st, nil
}

// noSale is what is said of a slug that no sale has.
func noSale(slug string) error { return sale.E(sale.CodeNotFound, "There is no sale %q.", slug) }

// storable says whether a database takes a text at all, if only to compare it
// with others: PostgreSQL fails on the rest.
func storable(text string) bool { return utf8.ValidString(text) && !strings.ContainsRune(text, 0) }

func readState(ctx context.Context, tx *sqldb.Tx, slug string) (State, error) {
	if !storable(slug) {
		return State{}, noSale(slug)
	}
	row := tx.QueryRow(ctx, `SELECT `+stateColumns+` FROM `+stateTables+` WHERE s.slug = $1`, slug)
	st, err := scanState(row.Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return State{}, noSale(slug)
	}
	return st, err
}

// lockSale takes the sale's row, and with it the right to give numbers and to
// change versions, until the transaction ends.
func lockSale(ctx context.Context, tx *sqldb.Tx, slug string) (int64, error) {
	var id int64
	err := tx.QueryRow(ctx, `SELECT id FROM sales WHERE slug = $1`+tx.Dialect().ForUpdate, slug).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, sale.E(sale.CodeNotFound, "There is no sale %q.", slug)
	}
	return id, err
}

func saleVersion(ctx context.Context, tx *sqldb.Tx, id, version int64) (sale.Sale, error) {
	var doc string
	err := tx.QueryRow(ctx, `SELECT doc FROM sale_versions WHERE sale_id = $1 AND version = $2`, id, version).Scan(&doc)
	if err != nil {
		return sale.Sale{}, fmt.Errorf("read version %d: %w", version, err)
	}
	var s sale.Sale
	if err := json.Unmarshal([]byte(doc), &s); err != nil {
		return sale.Sale{}, fmt.Errorf("read version %d: %w", version, err)
	}
	return s, nil
}

// setInForce makes s what the line goes by, from this transaction on. Its
// caps decide classes for numbers given later; raising the guaranteed cap
// promotes the lowest standby numbers, lowering it demotes nobody.
func setInForce(ctx context.Context, tx *sqldb.Tx, id int64, s sale.Sale) error {
	doc, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("write sale: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE sales SET doc = $1, opens_at = $2, closes_at = $3, guaranteed = $4, standby = $5, receipt = $6 WHERE id = $7`,
		string(doc), sqldb.Millis(s.Registration.Opens), sqldb.Millis(s.Registration.Closes),
		s.Caps.Guaranteed, s.Caps.Standby, flag(s.Mail.Receipt), id)
	if err != nil {
		return err
	}
	// Guarantees are a prefix of the line: nothing before its end is looked at.
	res, err := tx.Exec(ctx, `UPDATE registrations SET class = 'guaranteed' WHERE sale_id = $1 AND number <= $2 AND class = 'standby'
		AND number > (SELECT guaranteed_given FROM sales WHERE id = $1)`, id, s.Caps.Guaranteed)
	if err != nil {
		return err
	}
	promoted, err := res.RowsAffected()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE sales SET guaranteed_given = guaranteed_given + $1 WHERE id = $2`, promoted, id)
	return err
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// SetPaused pauses or resumes a sale. Paused: no new offer and no offer mail
// from the moment this returns; open links run on. Repeating it changes
// nothing.
func (l *Line) SetPaused(ctx context.Context, slug string, paused bool, actor string) error {
	action := "resume"
	if paused {
		action = "pause"
	}
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		id, err := lockSale(ctx, tx, slug)
		if err != nil {
			return err
		}
		res, err := tx.Exec(ctx, `UPDATE dispatch SET paused = $1 WHERE sale_id = $2 AND paused <> $1`, flag(paused), id)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		if !paused {
			// The pause was not the fans' fault: a mail that came to nothing
			// before it has a whole life of tries again.
			_, err := tx.Exec(ctx, `UPDATE outbox SET first_at = NULL, give_up_at = NULL WHERE sale_id = $1 AND priority = 0
				AND due_at IS NOT NULL AND state = 'queued' AND delivered = 0`, id)
			if err != nil {
				return err
			}
		}
		return audit(ctx, tx, auditEntry{at: l.now(), actor: actor, action: action, saleID: id})
	})
	if err != nil {
		return fmt.Errorf("%s sale %s: %w", action, slug, err)
	}
	return nil
}
