package line

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// AcceptInvitation makes an organizer of somebody who was invited, with the
// address that the invitation went to. CodeConfirmOver when it cannot be
// accepted, CodeTooLate when somebody has this address already: they sign in
// and take it with [Line.TakeInvitation].
func (l *Line) AcceptInvitation(ctx context.Context, ref, passphrase string) (Organizer, error) {
	return l.accept(ctx, ref, func(ctx context.Context, tx *sqldb.Tx, v Invitation) (int64, error) {
		in := NewOrganizer{Address: sale.Address{Typed: v.Address, Canonical: v.identity}, Passphrase: passphrase}
		id, err := addOrganizer(ctx, tx, in, v.scope == 0, l.now())
		if sale.CodeOf(err) == sale.CodeInvalid {
			return 0, sale.E(sale.CodeTooLate, "Somebody has joined with this address already. Sign in, and open the invitation once more.")
		}
		return id, err
	})
}

// TakeInvitation gives somebody who is an organizer already what the
// invitation to their own address gives; nobody loses a higher role by it.
func (l *Line) TakeInvitation(ctx context.Context, ref string, id int64) (Organizer, error) {
	return l.accept(ctx, ref, func(ctx context.Context, tx *sqldb.Tx, v Invitation) (int64, error) {
		o, err := readOrganizer(ctx, tx, `identity = $1`, v.identity)
		if sale.CodeOf(err) == sale.CodeNotFound || err == nil && o.ID != id {
			return 0, sale.E(sale.CodeForbidden, "This invitation is to another address than the one you have signed in with.")
		}
		return id, err
	})
}

func (l *Line) accept(ctx context.Context, ref string, whose func(context.Context, *sqldb.Tx, Invitation) (int64, error)) (Organizer, error) {
	var o Organizer
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		now := l.now()
		v, err := openInvitation(ctx, tx, ref, now)
		if err != nil {
			return err
		}
		if err := once(tx.Exec(ctx, `DELETE FROM invitations WHERE ref = $1`, ref)); err != nil {
			return err
		}
		id, err := whose(ctx, tx, v)
		if err != nil {
			return err
		}
		if err := grant(ctx, tx, id, v); err != nil {
			return err
		}
		if o, err = readOrganizer(ctx, tx, `id = $1`, id); err != nil {
			return err
		}
		return audit(ctx, tx, auditEntry{at: now, actor: o.Address, action: "join", saleID: v.scope, detail: invited("invited by "+v.Inviter, v.Role, v.scope)})
	})
	if err != nil {
		return Organizer{}, fmt.Errorf("accept an invitation: %w", err)
	}
	return o, nil
}

// once wants a statement to have changed a row: of two who accept, or withdraw,
// at the same moment one is too late.
func once(res sql.Result, err error) error {
	fresh, err := changed(res, err)
	if err == nil && !fresh {
		return errNoInvitation()
	}
	return err
}

// grant gives an organizer what an invitation gives.
func grant(ctx context.Context, tx *sqldb.Tx, id int64, v Invitation) error {
	if v.scope == 0 {
		_, err := tx.Exec(ctx, `UPDATE organizers SET everything = 1 WHERE id = $1`, id)
		return err
	}
	o, err := readOrganizer(ctx, tx, `id = $1`, id)
	if err != nil || o.Roles[v.Sale].May(v.Role) {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO organizer_roles (organizer_id, sale_id, role) VALUES ($1, $2, $3)
		ON CONFLICT (organizer_id, sale_id) DO UPDATE SET role = excluded.role`, id, v.scope, string(v.Role))
	return err
}
