package line

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// Organizer is somebody who may use the console. Roles are by sale's slug;
// Everything is an owner of all sales, present and to come.
type Organizer struct {
	ID         int64
	Address    string // as typed
	Passphrase string // its argon2id hash, in PHC form
	Everything bool
	Generation int64  // sessions of an earlier one are over
	Factor     string // the sealed secret of a second factor; empty: there is none
	Joined     time.Time
	Roles      map[string]sale.Role
}

// Role is what the organizer may do with a sale.
func (o Organizer) Role(slug string) sale.Role {
	if o.Everything {
		return sale.RoleOwner
	}
	return o.Roles[slug]
}

// NewOrganizer is who joins. Address is for mail and signing in; Passphrase
// is a hash.
type NewOrganizer struct {
	Address    sale.Address
	Passphrase string
}

// HasOrganizers says whether anybody can sign in.
func (l *Line) HasOrganizers(ctx context.Context) (bool, error) {
	var n int
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		return tx.QueryRow(ctx, `SELECT COUNT(*) FROM organizers`).Scan(&n)
	})
	if err != nil {
		return false, fmt.Errorf("look for organizers: %w", err)
	}
	return n > 0, nil
}

// Organizer gives one of them; CodeNotFound when there is none.
func (l *Line) Organizer(ctx context.Context, id int64) (Organizer, error) {
	return l.organizer(ctx, `id = $1`, id)
}

// OrganizerAt gives the one with an address; CodeNotFound when there is none.
func (l *Line) OrganizerAt(ctx context.Context, address sale.Address) (Organizer, error) {
	return l.organizer(ctx, `identity = $1`, address.Canonical)
}

func (l *Line) organizer(ctx context.Context, where string, arg any) (Organizer, error) {
	var o Organizer
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		var err error
		o, err = readOrganizer(ctx, tx, where, arg)
		return err
	})
	if err != nil {
		return Organizer{}, fmt.Errorf("read organizer: %w", err)
	}
	return o, nil
}

func readOrganizer(ctx context.Context, tx *sqldb.Tx, where string, arg any) (Organizer, error) {
	var o Organizer
	var everything int
	var joined int64
	err := tx.QueryRow(ctx, `SELECT id, address, passphrase, everything, generation, factor, joined_at FROM organizers WHERE `+where, arg).
		Scan(&o.ID, &o.Address, &o.Passphrase, &everything, &o.Generation, &o.Factor, &joined)
	if errors.Is(err, sql.ErrNoRows) {
		return Organizer{}, sale.E(sale.CodeNotFound, "There is no such organizer.")
	}
	if err != nil {
		return Organizer{}, err
	}
	o.Everything, o.Joined, o.Roles = everything == 1, sqldb.Time(joined), map[string]sale.Role{}
	err = tx.Each(ctx, func(row sqldb.Row) error {
		var slug string
		var role sale.Role
		err := row.Scan(&slug, &role)
		o.Roles[slug] = role
		return err
	}, `SELECT s.slug, r.role FROM organizer_roles r JOIN sales s ON s.id = r.sale_id WHERE r.organizer_id = $1`, o.ID)
	if err != nil {
		return Organizer{}, err
	}
	return o, nil
}

// OfferOwnership keeps the hash of the one link that makes the first owner,
// in place of any before. It is refused with CodeTooLate once somebody has
// joined.
func (l *Line) OfferOwnership(ctx context.Context, hash []byte, ends time.Time) error {
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM organizers`).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return sale.E(sale.CodeTooLate, "There is an owner already.")
		}
		_, err := tx.Exec(ctx, `INSERT INTO owner_link (id, hash, ends) VALUES (1, $1, $2)
			ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, ends = excluded.ends`, hash, sqldb.Millis(ends))
		return err
	})
	if err != nil {
		return fmt.Errorf("offer ownership: %w", err)
	}
	return nil
}

// Unowned says whether nobody has joined yet.
func (l *Line) Unowned(ctx context.Context) (bool, error) {
	var n int
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		return tx.QueryRow(ctx, `SELECT COUNT(*) FROM organizers`).Scan(&n)
	})
	if err != nil {
		return false, fmt.Errorf("look for an organizer: %w", err)
	}
	return n == 0, nil
}

// OwnershipOffered says whether a link with this hash would make an owner now.
func (l *Line) OwnershipOffered(ctx context.Context, hash []byte) (bool, error) {
	var n int
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		return tx.QueryRow(ctx, `SELECT COUNT(*) FROM owner_link WHERE hash = $1 AND ends > $2`, hash, sqldb.Millis(l.now())).Scan(&n)
	})
	if err != nil {
		return false, fmt.Errorf("look for the owner's link: %w", err)
	}
	return n > 0, nil
}

// TakeOwnership makes the first owner and spends the link. A link that is
// unknown, over or spent is CodeConfirmOver.
func (l *Line) TakeOwnership(ctx context.Context, hash []byte, in NewOrganizer) (Organizer, error) {
	var o Organizer
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		now := l.now()
		res, err := tx.Exec(ctx, `DELETE FROM owner_link WHERE hash = $1 AND ends > $2`, hash, sqldb.Millis(now))
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			return sale.E(sale.CodeConfirmOver, "This link has been used, or is too old.")
		}
		id, err := addOrganizer(ctx, tx, in, true, now)
		if err != nil {
			return err
		}
		if o, err = readOrganizer(ctx, tx, `id = $1`, id); err != nil {
			return err
		}
		return audit(ctx, tx, auditEntry{at: now, actor: o.Address, action: "join", detail: "as the first owner"})
	})
	if err != nil {
		return Organizer{}, fmt.Errorf("take ownership: %w", err)
	}
	return o, nil
}

// AddOrganizer makes somebody an organizer; everything makes them an owner of
// the whole installation. An address that is taken is CodeInvalid.
func (l *Line) AddOrganizer(ctx context.Context, in NewOrganizer, everything bool, actor string) (Organizer, error) {
	var o Organizer
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		now := l.now()
		id, err := addOrganizer(ctx, tx, in, everything, now)
		if err != nil {
			return err
		}
		if o, err = readOrganizer(ctx, tx, `id = $1`, id); err != nil {
			return err
		}
		return audit(ctx, tx, auditEntry{at: now, actor: actor, action: "join", detail: in.Address.Typed})
	})
	if err != nil {
		return Organizer{}, fmt.Errorf("add organizer: %w", err)
	}
	return o, nil
}

func addOrganizer(ctx context.Context, tx *sqldb.Tx, in NewOrganizer, everything bool, now time.Time) (int64, error) {
	var id int64
	err := tx.QueryRow(ctx, `INSERT INTO organizers (address, identity, passphrase, everything, joined_at)
		VALUES ($1, $2, $3, $4, $5) RETURNING id`, in.Address.Typed, in.Address.Canonical, in.Passphrase, flag(everything), sqldb.Millis(now)).Scan(&id)
	if sqldb.IsUnique(err) {
		return 0, sale.E(sale.CodeInvalid, "There is an organizer with this address already.")
	}
	return id, err
}

// SetRole gives an organizer a role on a sale, or takes it away with
// RoleNone.
func (l *Line) SetRole(ctx context.Context, organizer int64, slug string, role sale.Role, actor string) error {
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		st, err := readState(ctx, tx, slug)
		if err != nil {
			return err
		}
		o, err := readOrganizer(ctx, tx, `id = $1`+tx.Dialect().ForUpdate, organizer) // may just be removed
		if err != nil || o.Roles[slug] == role {
			return err
		}
		if role == sale.RoleNone {
			_, err = tx.Exec(ctx, `DELETE FROM organizer_roles WHERE organizer_id = $1 AND sale_id = $2`, organizer, st.ID)
		} else {
			_, err = tx.Exec(ctx, `INSERT INTO organizer_roles (organizer_id, sale_id, role) VALUES ($1, $2, $3)
				ON CONFLICT (organizer_id, sale_id) DO UPDATE SET role = excluded.role`, organizer, st.ID, string(role))
		}
		if err != nil {
			return err
		}
		return audit(ctx, tx, auditEntry{at: l.now(), actor: actor, action: "role", saleID: st.ID, detail: o.Address + ": " + string(role)})
	})
	if err != nil {
		return fmt.Errorf("set role: %w", err)
	}
	return nil
}
