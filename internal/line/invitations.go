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

const (
	// invitationLife is how long an invitation is good for.
	invitationLife = 7 * 24 * time.Hour
	// mostInvitations go out in an hour for one sale, or for everything:
	// nobody makes a mail cannon of us.
	mostInvitations = 30
)

// Invitation invites somebody to be an organizer. It is good once and for a
// week, and as long as the inviter may decide who else may.
type Invitation struct {
	Ref     string
	Sale    string // slug; empty: the whole installation
	Title   sale.Text
	Address string // as typed
	Role    sale.Role
	Inviter string // address
	Made    time.Time
	Ends    time.Time
	Mail    sale.MailState // what became of its mail; empty: there is none

	identity string
	scope    int64
	inviter  int64
}

// errNoInvitation says why a link opens nothing.
func errNoInvitation() error {
	return sale.E(sale.CodeConfirmOver, "This invitation was used or withdrawn, or is too old. Ask for a new one.")
}

// Invite is what an invitation is made of.
type Invite struct {
	Sale    string // slug; empty: the whole installation, with Role owner
	Address sale.Address
	Role    sale.Role
	Inviter int64 // organizer
}

// Invite makes an invitation, in place of any before to the same address and
// for the same sale, and queues its mail: with the sale's, or with any sale's
// when it is for the whole installation. Mail is empty when there is no sale
// for it to leave by.
//
// Errors: not_found when there is no such sale, forbidden when the inviter
// may not, invalid when somebody with this address has the role already,
// too_many after 30 in an hour.
func (l *Line) Invite(ctx context.Context, in Invite) (Invitation, error) {
	var made Invitation
	ref, err := l.newID()
	if err != nil {
		return made, err
	}
	err = l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		scope, carrier, err := scopeOf(ctx, tx, in.Sale)
		if err != nil {
			return err
		}
		// One after another, or all that come at once would find room for one.
		// The row is that of the sale whose mail they leave with.
		if _, err := ints(ctx, tx, `SELECT sale_id FROM dispatch WHERE sale_id = $1`+tx.Dialect().ForUpdate, carrier); err != nil {
			return err
		}
		now := l.now()
		inviter, err := l.mayInvite(ctx, tx, in, scope, now)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO invitations (ref, scope, identity, address, role, inviter_id, made_at, ends) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (identity, scope) DO UPDATE SET ref = excluded.ref, address = excluded.address, role = excluded.role,
				inviter_id = excluded.inviter_id, made_at = excluded.made_at, ends = excluded.ends`,
			ref, scope, in.Address.Canonical, in.Address.Typed, string(in.Role), in.Inviter, sqldb.Millis(now), sqldb.Millis(sale.UpToSecond(now.Add(invitationLife))))
		if err != nil {
			return err
		}
		if carrier != 0 {
			_, err := tx.Exec(ctx, `INSERT INTO outbox (sale_id, kind, ref, priority, state, due_at, created_at) VALUES ($1, 'invitation', $2, $3, 'queued', $4, $4)`,
				carrier, ref, sale.MailInvitation.Priority(), sqldb.Millis(now))
			if err != nil {
				return err
			}
		}
		if made, err = readInvitation(ctx, tx, ref); err != nil {
			return err
		}
		return audit(ctx, tx, auditEntry{at: now, actor: inviter.Address, action: "invite", saleID: scope, detail: invited(in.Address.Typed, in.Role, scope)})
	})
	if err != nil {
		return Invitation{}, fmt.Errorf("invite: %w", err)
	}
	return made, nil
}

// invited says in the audit log who was given what.
func invited(address string, role sale.Role, scope int64) string {
	if scope == 0 {
		return address + ": everything"
	}
	return address + ": " + string(role)
}

// scopeOf gives the scope of an invitation, and the sale whose mail it leaves
// with; 0: there is none.
func scopeOf(ctx context.Context, tx *sqldb.Tx, slug string) (scope, carrier int64, err error) {
	if slug != "" {
		st, err := readState(ctx, tx, slug)
		return st.ID, st.ID, err
	}
	err = tx.QueryRow(ctx, `SELECT COALESCE(MAX(id), 0) FROM sales`).Scan(&carrier)
	return 0, carrier, err
}

func (l *Line) mayInvite(ctx context.Context, tx *sqldb.Tx, in Invite, scope int64, now time.Time) (Organizer, error) {
	inviter, err := readOrganizer(ctx, tx, `id = $1`, in.Inviter)
	if err != nil {
		return inviter, err
	}
	if !decides(inviter, in.Sale) {
		return inviter, sale.E(sale.CodeForbidden, "Only an owner decides who else may.")
	}
	if !in.Role.May(sale.RoleViewer) || (scope == 0 && in.Role != sale.RoleOwner) {
		return inviter, sale.E(sale.CodeInvalid, "There is no role %q.", in.Role)
	}
	there, err := readOrganizer(ctx, tx, `identity = $1`, in.Address.Canonical)
	if err != nil && sale.CodeOf(err) != sale.CodeNotFound {
		return inviter, err
	}
	if err == nil && (there.Everything || scope != 0 && there.Role(in.Sale).May(in.Role)) {
		return inviter, sale.E(sale.CodeInvalid, "Somebody with this address may do that already.")
	}
	var recent int
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM audit WHERE sale_id = $1 AND action = 'invite' AND at > $2`, scope, sqldb.Millis(now.Add(-time.Hour))).Scan(&recent)
	if err == nil && recent >= mostInvitations {
		return inviter, &sale.Error{
			Code: sale.CodeTooMany, RetryAfter: 10 * time.Minute,
			Message: fmt.Sprintf("There were %d invitations in this hour. Please wait a while.", recent),
		}
	}
	return inviter, err
}

// decides says whether somebody decides who may do what: with a sale, or with
// everything.
func decides(o Organizer, slug string) bool {
	return o.Everything || (slug != "" && o.Role(slug) == sale.RoleOwner)
}

const selectInvitations = `SELECT v.ref, v.scope, COALESCE(s.slug, ''), v.identity, v.address, v.role, v.inviter_id, o.address, v.made_at, v.ends,
	COALESCE((SELECT m.state FROM outbox m WHERE m.ref = v.ref AND m.kind = 'invitation'), '')
	FROM invitations v JOIN organizers o ON o.id = v.inviter_id LEFT JOIN sales s ON s.id = v.scope `

func scanInvitation(scan func(...any) error) (Invitation, error) {
	var v Invitation
	var made, ends int64
	err := scan(&v.Ref, &v.scope, &v.Sale, &v.identity, &v.Address, &v.Role, &v.inviter, &v.Inviter, &made, &ends, &v.Mail)
	v.Made, v.Ends = sqldb.Time(made), sqldb.Time(ends)
	return v, err
}

func readInvitation(ctx context.Context, tx *sqldb.Tx, ref string) (Invitation, error) {
	v, err := scanInvitation(tx.QueryRow(ctx, selectInvitations+`WHERE v.ref = $1`, ref).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return v, errNoInvitation()
	}
	if err == nil && v.Sale != "" {
		st, err := readState(ctx, tx, v.Sale)
		v.Title = st.Sale.Title
		return v, err
	}
	return v, err
}

// openInvitation reads one that can be accepted now.
func openInvitation(ctx context.Context, tx *sqldb.Tx, ref string, now time.Time) (Invitation, error) {
	v, err := readInvitation(ctx, tx, ref)
	if err != nil {
		return v, err
	}
	inviter, err := readOrganizer(ctx, tx, `id = $1`, v.inviter)
	if err != nil {
		return v, err
	}
	if !now.Before(v.Ends) || !decides(inviter, v.Sale) {
		return v, errNoInvitation()
	}
	return v, nil
}

// Invitation gives one that can be accepted now, and whether somebody has its
// address already; CodeConfirmOver when it cannot.
func (l *Line) Invitation(ctx context.Context, ref string) (v Invitation, there bool, err error) {
	err = l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		var err error
		if v, err = openInvitation(ctx, tx, ref, l.now()); err != nil {
			return err
		}
		_, err = readOrganizer(ctx, tx, `identity = $1`, v.identity)
		there = err == nil
		if sale.CodeOf(err) == sale.CodeNotFound {
			return nil
		}
		return err
	})
	if err != nil {
		return Invitation{}, false, fmt.Errorf("read an invitation: %w", err)
	}
	return v, there, nil
}

// Invitations lists the open invitations to a sale, or to everything and
// every sale, those that are too old too.
func (l *Line) Invitations(ctx context.Context, slug string) ([]Invitation, error) {
	var all []Invitation
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		all = nil
		return tx.Each(ctx, func(row sqldb.Row) error {
			v, err := scanInvitation(row.Scan)
			if err != nil {
				return err
			}
			all = append(all, v)
			return nil
		}, selectInvitations+`WHERE $1 = '' OR s.slug = $1 ORDER BY v.made_at DESC, v.ref LIMIT 500`, slug)
	})
	if err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}
	return all, nil
}

// WithdrawInvitation takes an invitation back; slug, if not empty, must be
// that of its sale. One that is not there is fine.
func (l *Line) WithdrawInvitation(ctx context.Context, ref, slug, actor string) error {
	err := l.invitationAct(ctx, ref, slug, func(ctx context.Context, tx *sqldb.Tx, v Invitation) error {
		if err := once(tx.Exec(ctx, `DELETE FROM invitations WHERE ref = $1`, ref)); err != nil {
			return err
		}
		return audit(ctx, tx, auditEntry{at: l.now(), actor: actor, action: "withdraw invitation", saleID: v.scope, detail: v.Address})
	})
	if sale.CodeOf(err) == sale.CodeConfirmOver {
		return nil
	}
	if err != nil {
		return fmt.Errorf("withdraw an invitation: %w", err)
	}
	return nil
}

// RenewInvitation gives an invitation a new name, so that a new link opens it
// and the old one does not, and another week. It sends no mail: the link is
// for the inviter to hand over. inviter answers for it from now on.
func (l *Line) RenewInvitation(ctx context.Context, ref, slug string, inviter int64) (Invitation, error) {
	fresh, err := l.newID()
	if err != nil {
		return Invitation{}, err
	}
	var renewed Invitation
	err = l.invitationAct(ctx, ref, slug, func(ctx context.Context, tx *sqldb.Tx, v Invitation) error {
		who, err := readOrganizer(ctx, tx, `id = $1`, inviter)
		if err != nil {
			return err
		}
		now := l.now()
		_, err = tx.Exec(ctx, `UPDATE invitations SET ref = $1, inviter_id = $2, ends = $3 WHERE ref = $4`,
			fresh, inviter, sqldb.Millis(sale.UpToSecond(now.Add(invitationLife))), ref)
		if err != nil {
			return err
		}
		if renewed, err = readInvitation(ctx, tx, fresh); err != nil {
			return err
		}
		return audit(ctx, tx, auditEntry{at: now, actor: who.Address, action: "invitation link", saleID: v.scope, detail: invited(v.Address, v.Role, v.scope)})
	})
	if err != nil {
		return Invitation{}, fmt.Errorf("renew an invitation: %w", err)
	}
	return renewed, nil
}

func (l *Line) invitationAct(ctx context.Context, ref, slug string, act func(context.Context, *sqldb.Tx, Invitation) error) error {
	return l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		v, err := readInvitation(ctx, tx, ref)
		if err != nil {
			return err
		}
		if slug != "" && v.Sale != slug {
			return errNoInvitation()
		}
		return act(ctx, tx, v)
	})
}

// dueInvitations reads the invitations whose mail may leave now. One that is
// gone or over, or was made anew, is moot.
func dueInvitations(ctx context.Context, tx *sqldb.Tx, d due) ([]Mail, error) {
	var mails []Mail
	err := tx.Each(ctx, func(row sqldb.Row) error {
		m := Mail{Kind: sale.MailInvitation, Invitation: &Invitation{}}
		v := m.Invitation
		var first, ends int64
		if err := row.Scan(&m.ID, &m.Ref, &m.Try, &first, &m.Failed, &m.Address, &v.Role, &v.scope, &ends, &v.Inviter); err != nil {
			return err
		}
		if v.scope != 0 {
			v.Sale, v.Title = d.state.Sale.Slug, d.state.Sale.Title
		}
		m.Try++
		m.First, m.Ends = sqldb.Time(first), sqldb.Time(ends)
		v.Ref, v.Address, v.Ends = m.Ref, m.Address, m.Ends
		m.Moot = !m.Ends.After(d.now)
		mails = append(mails, m)
		return nil
	}, `SELECT m.id, m.ref, m.tries, COALESCE(m.first_at, 0),
		(SELECT COUNT(*) FROM mail_tries t WHERE t.mail_id = m.id AND t.result IN ('temporary', 'unknown')),
		COALESCE(v.address, ''), COALESCE(v.role, ''), COALESCE(v.scope, 0), COALESCE(v.ends, 0), COALESCE(o.address, '')
		FROM outbox m LEFT JOIN invitations v ON v.ref = m.ref LEFT JOIN organizers o ON o.id = v.inviter_id
		WHERE m.sale_id = $1 AND m.priority = $2 AND m.due_at IS NOT NULL AND m.due_at <= $3
		ORDER BY m.due_at, m.id LIMIT $4`,
		d.state.ID, sale.MailInvitation.Priority(), sqldb.Millis(d.now), d.most)
	return mails, err
}
