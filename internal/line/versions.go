package line

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// Applied is what Apply did. New is false when the file said nothing new;
// Changes are then empty.
type Applied struct {
	Version int64
	New     bool
	Changes []sale.Change
	Pending bool // the box office does not have this version yet
}

// Apply is [Line.Write] for a sale file that does not say which version it
// was made from.
func (l *Line) Apply(ctx context.Context, s sale.Sale, actor string) (Applied, error) {
	return l.Write(ctx, s, Edit{Actor: actor, Source: FromFile})
}

// Write writes a sale, as version 1 or as the next version when it differs
// from the newest. What it tightens is in force when this returns; what it
// widens waits for MarkStored. Refused, with nothing stored, are
//
//   - a change that would break a promise already given, with the numbers;
//   - CodeSaleChanged: an edit that was made from another version than the
//     newest, with what would be lost (see [Edit]).
func (l *Line) Write(ctx context.Context, s sale.Sale, e Edit) (Applied, error) {
	if err := e.check(); err != nil {
		return Applied{}, fmt.Errorf("apply sale %s: %w", s.Slug, err)
	}
	var out Applied
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		out = Applied{}
		id, err := lockSale(ctx, tx, s.Slug)
		if sale.CodeOf(err) == sale.CodeNotFound {
			out, err = l.firstVersion(ctx, tx, s, e)
			return err
		}
		if err != nil {
			return err
		}
		out, err = l.nextVersion(ctx, tx, id, s, e)
		return err
	})
	if err != nil {
		return Applied{}, fmt.Errorf("apply sale %s: %w", s.Slug, err)
	}
	return out, nil
}

func (l *Line) firstVersion(ctx context.Context, tx *sqldb.Tx, s sale.Sale, e Edit) (Applied, error) {
	var id int64
	err := tx.QueryRow(ctx, `INSERT INTO sales (slug, latest, wanted, doc, opens_at, closes_at, guaranteed, standby, receipt)
		VALUES ($1, 1, 1, '{}', 0, 0, 0, 0, 0) ON CONFLICT (slug) DO NOTHING RETURNING id`, s.Slug).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) { // somebody was quicker, at the same moment
		if id, err = lockSale(ctx, tx, s.Slug); err != nil {
			return Applied{}, err
		}
		return l.nextVersion(ctx, tx, id, s, e)
	}
	s.Version = 1
	if err != nil {
		return Applied{}, err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO dispatch (sale_id) VALUES ($1)`, id); err != nil {
		return Applied{}, err
	}
	if err := l.addVersion(ctx, tx, id, s, e); err != nil {
		return Applied{}, err
	}
	return Applied{Version: 1, New: true, Pending: true}, setInForce(ctx, tx, id, s)
}

// Try says what Write would do, and refuses what it would refuse. It writes
// nothing.
func (l *Line) Try(ctx context.Context, s sale.Sale, e Edit) (Applied, error) {
	var out Applied
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		out = Applied{Version: 1, New: true, Pending: true, Changes: sale.Diff(sale.Sale{}, s)}
		var id int64
		err := tx.QueryRow(ctx, `SELECT id FROM sales WHERE slug = $1`, s.Slug).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		d, err := e.decide(ctx, tx, id, s)
		if err != nil {
			return err
		}
		out = Applied{Version: d.wanted, Pending: d.wanted > d.stored}
		if !d.same {
			out = Applied{Version: d.latest + 1, New: true, Pending: true, Changes: sale.Diff(d.current, s)}
		}
		return nil
	})
	if err != nil {
		return Applied{}, fmt.Errorf("try sale %s: %w", s.Slug, err)
	}
	return out, nil
}

func (l *Line) nextVersion(ctx context.Context, tx *sqldb.Tx, id int64, s sale.Sale, e Edit) (Applied, error) {
	d, err := e.decide(ctx, tx, id, s)
	if err != nil {
		return Applied{}, err
	}
	if d.same {
		return Applied{Version: d.wanted, Pending: d.wanted > d.stored}, e.filed(ctx, tx, id, d.wanted)
	}
	s.Version = d.latest + 1
	if err := l.addVersion(ctx, tx, id, s, e); err != nil {
		return Applied{}, err
	}
	if _, err := tx.Exec(ctx, `UPDATE sales SET latest = $1, wanted = $1, pending_why = '' WHERE id = $2`, s.Version, id); err != nil {
		return Applied{}, err
	}
	inForce, err := tightened(ctx, tx, id, d.stored, s)
	if err != nil {
		return Applied{}, err
	}
	if err := l.rescheduled(ctx, tx, id, d.current, s); err != nil {
		return Applied{}, err
	}
	return Applied{Version: s.Version, New: true, Pending: true, Changes: sale.Diff(d.current, s)}, setInForce(ctx, tx, id, inForce)
}

// rescheduled forgets the next moment when the schedule itself changed, so
// that the assigner takes it from the new one.
func (l *Line) rescheduled(ctx context.Context, tx *sqldb.Tx, id int64, old, next sale.Sale) error {
	if err := l.requieted(ctx, tx, id, old, next); err != nil {
		return err
	}
	if old.Dispatch.Every == next.Dispatch.Every && old.Timezone == next.Timezone && old.Dispatch.Starts.Equal(next.Dispatch.Starts) {
		return nil
	}
	_, err := tx.Exec(ctx, `UPDATE dispatch SET next_at = 0, period = 0 WHERE sale_id = $1`, id)
	return err
}

// tightened is what is in force while next waits for the box office: the
// stored version's limits where they are narrower. Before the first version
// is stored, the one in force stands in for it.
func tightened(ctx context.Context, tx *sqldb.Tx, id, stored int64, next sale.Sale) (sale.Sale, error) {
	if stored > 0 {
		base, err := saleVersion(ctx, tx, id, stored)
		if err != nil {
			return sale.Sale{}, err
		}
		return sale.Tighten(base, next), nil
	}
	var doc string
	if err := tx.QueryRow(ctx, `SELECT doc FROM sales WHERE id = $1`, id).Scan(&doc); err != nil {
		return sale.Sale{}, err
	}
	var base sale.Sale
	if err := json.Unmarshal([]byte(doc), &base); err != nil {
		return sale.Sale{}, fmt.Errorf("read sale: %w", err)
	}
	return sale.Tighten(base, next), nil
}

func (l *Line) addVersion(ctx context.Context, tx *sqldb.Tx, id int64, s sale.Sale, e Edit) error {
	doc, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("write sale: %w", err)
	}
	now := l.now()
	_, err = tx.Exec(ctx, `INSERT INTO sale_versions (sale_id, version, doc, actor, source, at, state) VALUES ($1, $2, $3, $4, $5, $6, 'pending')`,
		id, s.Version, string(doc), e.Actor, string(e.Source), sqldb.Millis(now))
	if err != nil {
		return err
	}
	if err := e.filed(ctx, tx, id, s.Version); err != nil {
		return err
	}
	return audit(ctx, tx, auditEntry{at: now, actor: e.Actor, action: "apply", saleID: id, detail: e.detail(s.Version)})
}

// same compares two versions by what is stored of them.
func same(a, b sale.Sale) bool {
	x, errX := normal(a)
	y, errY := normal(b)
	return errX == nil && errY == nil && reflect.DeepEqual(x, y)
}

func normal(s sale.Sale) (any, error) {
	s.Registration.Opens, s.Registration.Closes = s.Registration.Opens.UTC(), s.Registration.Closes.UTC()
	s.Dispatch.Starts, s.Dispatch.Ends = s.Dispatch.Starts.UTC(), s.Dispatch.Ends.UTC()
	raw, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	var v any
	err = json.Unmarshal(raw, &v)
	return v, err
}

// Unstored is what a sale's box office still needs: the newest version of the
// sale, when it lacks it, or any of the keys.
type Unstored struct {
	Sale sale.Sale
	Keys []sale.PublicKey
}

// Unstored says what to put to the sale's box office: the newest version with
// all keys, when the version or one of the keys is not stored there; ok is
// false when it has everything.
func (l *Line) Unstored(ctx context.Context, slug string, keys []sale.PublicKey) (u Unstored, ok bool, err error) {
	err = l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		ok = false
		st, err := readState(ctx, tx, slug)
		if err != nil {
			return err
		}
		known, err := storedKeys(ctx, tx, st.ID)
		if err != nil {
			return err
		}
		missing := st.Pending()
		for _, k := range keys {
			if _, has := known[k.KID]; !has {
				missing = true
			}
		}
		if !missing {
			return nil
		}
		u.Keys, ok = keys, true
		u.Sale, err = saleVersion(ctx, tx, st.ID, st.Latest)
		return err
	})
	if err != nil {
		return Unstored{}, false, fmt.Errorf("read what %s's box office lacks: %w", slug, err)
	}
	return u, ok, nil
}

// MarkStored records that the box office durably has this version and these
// keys: the version is now fully in force, and the keys may sign.
func (l *Line) MarkStored(ctx context.Context, u Unstored) error {
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		id, err := lockSale(ctx, tx, u.Sale.Slug)
		if err != nil {
			return err
		}
		now := sqldb.Millis(l.now())
		for _, k := range u.Keys {
			_, err := tx.Exec(ctx, `INSERT INTO stored_keys (sale_id, kid, created, stored_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
				id, k.KID, sqldb.Millis(k.Created), now)
			if err != nil {
				return err
			}
		}
		return storeVersion(ctx, tx, id, u.Sale.Version)
	})
	if err != nil {
		return fmt.Errorf("mark version %d of %s stored: %w", u.Sale.Version, u.Sale.Slug, err)
	}
	return nil
}

func storeVersion(ctx context.Context, tx *sqldb.Tx, id, version int64) error {
	var wanted, stored int64
	if err := tx.QueryRow(ctx, `SELECT wanted, stored FROM sales WHERE id = $1`, id).Scan(&wanted, &stored); err != nil {
		return err
	}
	if version <= stored {
		return nil
	}
	_, err := tx.Exec(ctx, `UPDATE sale_versions SET state = 'stored' WHERE sale_id = $1 AND version = $2`, id, version)
	if err != nil {
		return err
	}
	wanted = max(wanted, version) // somebody else may have heard of a refusal before
	_, err = tx.Exec(ctx, `UPDATE sales SET stored = $1, wanted = $2, pending_why = '' WHERE id = $3`, version, wanted, id)
	if err != nil {
		return err
	}
	s, err := saleVersion(ctx, tx, id, wanted)
	if err != nil {
		return err
	}
	if wanted != version { // a newer one was applied meanwhile: only what it tightens counts yet
		if s, err = tightened(ctx, tx, id, version, s); err != nil {
			return err
		}
	}
	return setInForce(ctx, tx, id, s)
}

// RefuseVersion records that the box office cannot keep this version. The
// stored version is in force again, whole.
func (l *Line) RefuseVersion(ctx context.Context, slug string, version int64, why string) error {
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		id, err := lockSale(ctx, tx, slug)
		if err != nil {
			return err
		}
		res, err := tx.Exec(ctx, `UPDATE sale_versions SET state = 'refused', why = $1 WHERE sale_id = $2 AND version = $3 AND state = 'pending'`, why, id, version)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		res, err = tx.Exec(ctx, `UPDATE sales SET wanted = stored, pending_why = '' WHERE id = $1 AND wanted = $2 AND stored > 0`, id, version)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		if err := l.takeBack(ctx, tx, id, version); err != nil {
			return err
		}
		return audit(ctx, tx, auditEntry{at: l.now(), actor: "box office", action: "refuse", saleID: id, detail: why})
	})
	if err != nil {
		return fmt.Errorf("refuse version %d of %s: %w", version, slug, err)
	}
	return nil
}

// Refusal is why the box office refused a version; refused is false when it
// did not.
func (l *Line) Refusal(ctx context.Context, slug string, version int64) (why string, refused bool, err error) {
	err = l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		return tx.QueryRow(ctx, `SELECT v.why, v.state = 'refused' FROM sale_versions v JOIN sales s ON s.id = v.sale_id
			WHERE s.slug = $1 AND v.version = $2`, slug, version).Scan(&why, &refused)
	})
	if err != nil {
		return "", false, fmt.Errorf("read what became of version %d of %s: %w", version, slug, err)
	}
	return why, refused, nil
}

// takeBack puts the stored version in force again, its schedule included.
func (l *Line) takeBack(ctx context.Context, tx *sqldb.Tx, id, refused int64) error {
	var stored int64
	if err := tx.QueryRow(ctx, `SELECT stored FROM sales WHERE id = $1`, id).Scan(&stored); err != nil {
		return err
	}
	was, err := saleVersion(ctx, tx, id, refused)
	if err != nil {
		return err
	}
	s, err := saleVersion(ctx, tx, id, stored)
	if err != nil {
		return err
	}
	if err := l.rescheduled(ctx, tx, id, was, s); err != nil {
		return err
	}
	return setInForce(ctx, tx, id, s)
}

// MarkPending records why the newest version could not be put yet.
func (l *Line) MarkPending(ctx context.Context, slug, why string) error {
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE sales SET pending_why = $1 WHERE slug = $2 AND wanted > stored AND pending_why <> $1`, why, slug)
		return err
	})
	if err != nil {
		return fmt.Errorf("mark %s pending: %w", slug, err)
	}
	return nil
}
