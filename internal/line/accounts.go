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

// organizerAct changes an organizer in one transaction and gives them as they
// are then. change says what is written to the audit log: who did it, what,
// and about whom if it is somebody else.
func (l *Line) organizerAct(ctx context.Context, what string, id int64, change func(ctx context.Context, tx *sqldb.Tx, o Organizer) (auditEntry, error)) (Organizer, error) {
	var o Organizer
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		var err error
		if o, err = readOrganizer(ctx, tx, `id = $1`, id); err != nil {
			return err
		}
		entry, err := change(ctx, tx, o)
		if err != nil {
			return err
		}
		if o, err = readOrganizer(ctx, tx, `id = $1`, id); err != nil {
			return err
		}
		entry.at = l.now()
		return audit(ctx, tx, entry)
	})
	if err != nil {
		return Organizer{}, fmt.Errorf("%s: %w", what, err)
	}
	return o, nil
}

// endSessions ends all sessions of an organizer: those that are stored, and
// by the generation any that a request in flight still writes.
func endSessions(ctx context.Context, tx *sqldb.Tx, id int64) error {
	if _, err := tx.Exec(ctx, `UPDATE organizers SET generation = generation + 1 WHERE id = $1`, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM sessions WHERE organizer_id = $1`, id)
	return err
}

// SignOutEverywhere ends all of an organizer's sessions.
func (l *Line) SignOutEverywhere(ctx context.Context, id int64) (Organizer, error) {
	return l.organizerAct(ctx, "sign out everywhere", id, func(ctx context.Context, tx *sqldb.Tx, o Organizer) (auditEntry, error) {
		return auditEntry{actor: o.Address, action: "sign out everywhere"}, endSessions(ctx, tx, id)
	})
}

// ChangePassphrase stores the hash of a new one and ends all sessions.
func (l *Line) ChangePassphrase(ctx context.Context, id int64, hash string) (Organizer, error) {
	return l.organizerAct(ctx, "change the passphrase", id, func(ctx context.Context, tx *sqldb.Tx, o Organizer) (auditEntry, error) {
		entry := auditEntry{actor: o.Address, action: "passphrase"}
		if _, err := tx.Exec(ctx, `UPDATE organizers SET passphrase = $1 WHERE id = $2`, hash, id); err != nil {
			return entry, err
		}
		return entry, endSessions(ctx, tx, id)
	})
}

// Factor is a second factor as it is kept.
type Factor struct {
	Secret string   // sealed
	Step   int64    // of the code that confirmed it, which is not taken again
	Codes  [][]byte // hashes of recovery codes
}

// AddFactor gives an organizer a second factor; who has one already is
// CodeTooLate.
func (l *Line) AddFactor(ctx context.Context, id int64, f Factor) error {
	_, err := l.organizerAct(ctx, "add a second factor", id, func(ctx context.Context, tx *sqldb.Tx, o Organizer) (auditEntry, error) {
		entry := auditEntry{actor: o.Address, action: "second factor", detail: "added"}
		res, err := tx.Exec(ctx, `UPDATE organizers SET factor = $1, step = $2 WHERE id = $3 AND factor = ''`, f.Secret, f.Step, id)
		if err != nil {
			return entry, err
		}
		if n, err := res.RowsAffected(); err != nil {
			return entry, err
		} else if n == 0 {
			return entry, sale.E(sale.CodeTooLate, "You have a second factor already. Remove it first.")
		}
		return entry, replaceCodes(ctx, tx, id, f.Codes)
	})
	return err
}

// RemoveFactor takes an organizer's second factor away, with its recovery
// codes.
func (l *Line) RemoveFactor(ctx context.Context, id int64) error {
	_, err := l.organizerAct(ctx, "remove the second factor", id, func(ctx context.Context, tx *sqldb.Tx, o Organizer) (auditEntry, error) {
		return auditEntry{actor: o.Address, action: "second factor", detail: "removed"}, removeFactor(ctx, tx, id)
	})
	return err
}

func removeFactor(ctx context.Context, tx *sqldb.Tx, id int64) error {
	if _, err := tx.Exec(ctx, `UPDATE organizers SET factor = '', step = 0 WHERE id = $1`, id); err != nil {
		return err
	}
	return replaceCodes(ctx, tx, id, nil)
}

func replaceCodes(ctx context.Context, tx *sqldb.Tx, id int64, codes [][]byte) error {
	if _, err := tx.Exec(ctx, `DELETE FROM recovery_codes WHERE organizer_id = $1`, id); err != nil {
		return err
	}
	for _, hash := range codes {
		if _, err := tx.Exec(ctx, `INSERT INTO recovery_codes (organizer_id, hash) VALUES ($1, $2)`, id, hash); err != nil {
			return err
		}
	}
	return nil
}

// ReplaceRecoveryCodes gives an organizer new recovery codes in place of all
// before. Who has no second factor is CodeTooLate.
func (l *Line) ReplaceRecoveryCodes(ctx context.Context, id int64, codes [][]byte) error {
	_, err := l.organizerAct(ctx, "replace recovery codes", id, func(ctx context.Context, tx *sqldb.Tx, o Organizer) (auditEntry, error) {
		entry := auditEntry{actor: o.Address, action: "second factor", detail: "new recovery codes"}
		// The row is held: of two who do so at the same moment the second sees, and
		// replaces, the codes of the first.
		there, err := changed(tx.Exec(ctx, `UPDATE organizers SET factor = factor WHERE id = $1 AND factor <> ''`, id))
		if err != nil {
			return entry, err
		}
		if !there {
			return entry, sale.E(sale.CodeTooLate, "There is no second factor any more.")
		}
		return entry, replaceCodes(ctx, tx, id, codes)
	})
	return err
}

// RecoveryCodes is how many of an organizer's recovery codes are left.
func (l *Line) RecoveryCodes(ctx context.Context, id int64) (n int, err error) {
	err = l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		return tx.QueryRow(ctx, `SELECT COUNT(*) FROM recovery_codes WHERE organizer_id = $1`, id).Scan(&n)
	})
	if err != nil {
		return 0, fmt.Errorf("count recovery codes: %w", err)
	}
	return n, nil
}

// TakeStep spends the code of a step: false when that or a later one was
// taken before.
func (l *Line) TakeStep(ctx context.Context, id, step int64) (bool, error) {
	taken := false
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		res, err := tx.Exec(ctx, `UPDATE organizers SET step = $1 WHERE id = $2 AND step < $1 AND factor <> ''`, step, id)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		taken = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("spend a code: %w", err)
	}
	return taken, nil
}

// TakeRecoveryCode spends a recovery code: false when it is none, or spent.
func (l *Line) TakeRecoveryCode(ctx context.Context, id int64, hash []byte) (bool, error) {
	_, err := l.organizerAct(ctx, "spend a recovery code", id, func(ctx context.Context, tx *sqldb.Tx, o Organizer) (auditEntry, error) {
		entry := auditEntry{actor: o.Address, action: "second factor", detail: "recovery code used"}
		res, err := tx.Exec(ctx, `DELETE FROM recovery_codes WHERE organizer_id = $1 AND hash = $2`, id, hash)
		if err != nil {
			return entry, err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return entry, errors.Join(err, errNoCode)
		}
		return entry, nil
	})
	if errors.Is(err, errNoCode) {
		return false, nil
	}
	return err == nil, err
}

// errNoCode says that a recovery code is none.
var errNoCode = errors.New("there is no such code")

// OfferReset keeps the hash of a link with which the organizer at an address
// chooses a new passphrase, in place of any before. CodeNotFound when there
// is nobody.
func (l *Line) OfferReset(ctx context.Context, address sale.Address, hash []byte, ends time.Time, actor string) error {
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		o, err := readOrganizer(ctx, tx, `identity = $1`, address.Canonical)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO reset_links (organizer_id, hash, ends) VALUES ($1, $2, $3)
			ON CONFLICT (organizer_id) DO UPDATE SET hash = excluded.hash, ends = excluded.ends`, o.ID, hash, sqldb.Millis(ends))
		if err != nil {
			return err
		}
		return audit(ctx, tx, auditEntry{at: l.now(), actor: actor, action: "reset link", detail: o.Address})
	})
	if err != nil {
		return fmt.Errorf("offer a new passphrase: %w", err)
	}
	return nil
}

// ResetOffered is whose passphrase a link with this hash would change now;
// CodeConfirmOver when it would not.
func (l *Line) ResetOffered(ctx context.Context, hash []byte) (Organizer, error) {
	var o Organizer
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		id, err := l.resetOf(ctx, tx, `SELECT organizer_id FROM reset_links WHERE hash = $1 AND ends > $2`, hash)
		if err != nil {
			return err
		}
		o, err = readOrganizer(ctx, tx, `id = $1`, id)
		return err
	})
	if err != nil {
		return Organizer{}, fmt.Errorf("look for a reset link: %w", err)
	}
	return o, nil
}

// TakeReset spends such a link: the passphrase is the new one, the second
// factor is gone, and all sessions end.
func (l *Line) TakeReset(ctx context.Context, hash []byte, passphrase string) (Organizer, error) {
	var o Organizer
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		id, err := l.resetOf(ctx, tx, `DELETE FROM reset_links WHERE hash = $1 AND ends > $2 RETURNING organizer_id`, hash)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE organizers SET passphrase = $1 WHERE id = $2`, passphrase, id); err != nil {
			return err
		}
		if err := errors.Join(removeFactor(ctx, tx, id), endSessions(ctx, tx, id)); err != nil {
			return err
		}
		if o, err = readOrganizer(ctx, tx, `id = $1`, id); err != nil {
			return err
		}
		return audit(ctx, tx, auditEntry{at: l.now(), actor: o.Address, action: "passphrase", detail: "by a reset link; the second factor is gone"})
	})
	if err != nil {
		return Organizer{}, fmt.Errorf("take a reset link: %w", err)
	}
	return o, nil
}

func (l *Line) resetOf(ctx context.Context, tx *sqldb.Tx, query string, hash []byte) (id int64, err error) {
	err = tx.QueryRow(ctx, query, hash, sqldb.Millis(l.now())).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, sale.E(sale.CodeConfirmOver, "This link has been used, or is too old.")
	}
	return id, err
}
