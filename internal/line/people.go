package line

import (
	"context"
	"fmt"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// Organizers lists everybody who may use the console, in the order in which
// they joined.
func (l *Line) Organizers(ctx context.Context) ([]Organizer, error) {
	var all []Organizer
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		all = nil
		at := map[int64]int{}
		err := tx.Each(ctx, func(row sqldb.Row) error {
			o := Organizer{Roles: map[string]sale.Role{}}
			var everything int
			var joined int64
			err := row.Scan(&o.ID, &o.Address, &everything, &o.Generation, &o.Factor, &joined)
			o.Everything, o.Joined = everything == 1, sqldb.Time(joined)
			at[o.ID] = len(all)
			all = append(all, o)
			return err
		}, `SELECT id, address, everything, generation, factor, joined_at FROM organizers ORDER BY id`)
		if err != nil {
			return err
		}
		return eachRole(ctx, tx, func(id int64, slug string, role sale.Role) { all[at[id]].Roles[slug] = role })
	})
	if err != nil {
		return nil, fmt.Errorf("list organizers: %w", err)
	}
	return all, nil
}

func eachRole(ctx context.Context, tx *sqldb.Tx, do func(id int64, slug string, role sale.Role)) error {
	return tx.Each(ctx, func(row sqldb.Row) error {
		var id int64
		var slug string
		var role sale.Role
		if err := row.Scan(&id, &slug, &role); err != nil {
			return err
		}
		do(id, slug, role)
		return nil
	}, `SELECT r.organizer_id, s.slug, r.role FROM organizer_roles r JOIN sales s ON s.id = r.sale_id`)
}

// holdOwners holds the rows of all who own everything, until the transaction is
// over, and says whether somebody does but the one without whom it has to go
// on. Who takes ownership from somebody, or removes somebody who may just be
// made an owner, asks first: so two cannot take it from each other at the same
// moment.
func holdOwners(ctx context.Context, tx *sqldb.Tx, without int64) (others bool, err error) {
	err = tx.Each(ctx, func(row sqldb.Row) error {
		var id int64
		err := row.Scan(&id)
		others = others || id != without
		return err
	}, `SELECT id FROM organizers WHERE everything = 1 ORDER BY id`+tx.Dialect().ForUpdate)
	return others, err
}

func lastOwner() error {
	return sale.E(sale.CodeTooLate, "Somebody has to own this installation: make another owner first.")
}

// SetEverything makes somebody an owner of the whole installation, or no
// longer. The last one stays: CodeTooLate.
func (l *Line) SetEverything(ctx context.Context, id int64, everything bool, actor string) error {
	_, err := l.organizerAct(ctx, "change who owns everything", id, func(ctx context.Context, tx *sqldb.Tx, o Organizer) (auditEntry, error) {
		entry := auditEntry{actor: actor, action: "role", detail: o.Address + ": everything"}
		if !everything {
			entry.detail = o.Address + ": no longer everything"
			others, err := holdOwners(ctx, tx, id)
			if err != nil {
				return entry, err
			}
			if !others {
				return entry, lastOwner()
			}
		}
		_, err := tx.Exec(ctx, `UPDATE organizers SET everything = $1 WHERE id = $2`, flag(everything), id)
		return entry, err
	})
	return err
}

// RemoveOrganizer takes away everything that somebody may do, their sessions,
// and the invitations that they have made. The last owner stays: CodeTooLate.
func (l *Line) RemoveOrganizer(ctx context.Context, id int64, actor string) error {
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		others, err := holdOwners(ctx, tx, id)
		if err != nil {
			return err
		}
		o, err := readOrganizer(ctx, tx, `id = $1`, id)
		if err != nil {
			return err
		}
		if o.Everything && !others {
			return lastOwner()
		}
		if err := endSessions(ctx, tx, id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM organizers WHERE id = $1`, id); err != nil {
			return err
		}
		return audit(ctx, tx, auditEntry{at: l.now(), actor: actor, action: "remove organizer", detail: o.Address})
	})
	if err != nil {
		return fmt.Errorf("remove an organizer: %w", err)
	}
	return nil
}
