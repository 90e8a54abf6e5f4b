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

// Source is where a version of a sale came from.
type Source string

// The sources.
const (
	FromFile    Source = "file"    // a sale file, applied at the command line
	FromConsole Source = "console" // the console: its forms, and files uploaded there
)

// Edit says who writes a version, from where, and which version he had before
// him. Two people may write one sale; whoever has not seen the newest version
// must not take back what it changed without knowing.
//
// Base is that version, 0 where nothing says so. An edit from a file that
// does not say was made from the newest version that a file was ever the same
// as. An edit in the console always says; 0 means that the sale is new.
// Over is a newer version that the edit may nevertheless replace, since its
// writer has seen the difference; 0 means none.
type Edit struct {
	Actor  string
	Source Source
	Base   int64
	Over   int64
}

func (e Edit) check() error {
	switch e.Source {
	case FromFile, FromConsole:
		return nil
	}
	return fmt.Errorf("%q is not a source of versions", e.Source)
}

// filed remembers that a file says the same as a version: who changes that
// file has seen it.
func (e Edit) filed(ctx context.Context, tx *sqldb.Tx, id, version int64) error {
	if e.Source != FromFile {
		return nil
	}
	_, err := tx.Exec(ctx, `UPDATE sales SET filed = $1 WHERE id = $2 AND filed <> $1`, version, id)
	return err
}

// detail is what the audit says of a version.
func (e Edit) detail(version int64) string {
	detail := fmt.Sprintf("version %d from a file", version)
	if e.Source == FromConsole {
		detail = fmt.Sprintf("version %d in the console", version)
	}
	if e.Over > 0 {
		detail += fmt.Sprintf(", over version %d", e.Over)
	}
	return detail
}

// decision is where an edit that may be written finds its sale.
type decision struct {
	current                       sale.Sale // the newest version that was not refused
	latest, wanted, stored, filed int64
	same                          bool // the edit says nothing new
}

// decide reads what an edit is to replace, and refuses it when it was not
// made from that or would break a promise.
func (e Edit) decide(ctx context.Context, tx *sqldb.Tx, id int64, s sale.Sale) (decision, error) {
	var d decision
	var last, given int64
	err := tx.QueryRow(ctx, `SELECT latest, wanted, stored, filed, last_number, guaranteed_given FROM sales WHERE id = $1`, id).
		Scan(&d.latest, &d.wanted, &d.stored, &d.filed, &last, &given)
	if err != nil {
		return d, err
	}
	if d.current, err = saleVersion(ctx, tx, id, d.wanted); err != nil {
		return d, err
	}
	s.Version = d.current.Version
	if d.same = same(d.current, s); d.same {
		return d, nil
	}
	if err := e.newest(ctx, tx, id, d, s); err != nil {
		return d, err
	}
	return d, sale.CheckChange(d.current, s, sale.Given{Last: int(last), Guaranteed: int(given)})
}

// newest refuses an edit that was not made from the newest version, with
// everything that it would change there.
func (e Edit) newest(ctx context.Context, tx *sqldb.Tx, id int64, d decision, s sale.Sale) error {
	base := e.Base
	if base == 0 && e.Source == FromFile {
		base = d.filed
	}
	// A file may have been made from a version that the box office refused
	// afterwards: nobody else's change is newer than it.
	seen := base == d.wanted || e.Source == FromFile && d.wanted < base && base <= d.latest
	if seen || e.Over == d.wanted {
		return nil
	}
	newest, err := versionInfo(ctx, tx, id, d.wanted)
	if err != nil {
		return err
	}
	refusal := sale.E(sale.CodeSaleChanged, "Version %d is newer: %s. This was made from %s.", d.wanted, newest.By(), made(base))
	for _, c := range sale.Diff(d.current, s) {
		refusal.Fields = append(refusal.Fields, sale.FieldError{Field: c.Field, Message: told(c)})
	}
	return refusal
}

func made(base int64) string {
	if base == 0 {
		return "none that is here"
	}
	return fmt.Sprintf("version %d", base)
}

// told is a difference as a sentence; without an old or a new value the field
// is not there.
func told(c sale.Change) string {
	switch {
	case c.Old == "":
		return fmt.Sprintf("would be %s, and is not set now", c.New)
	case c.New == "":
		return fmt.Sprintf("would be left out, and is %s now", c.Old)
	}
	return fmt.Sprintf("would be %s, and is %s now", c.New, c.Old)
}

// Version is one version of a sale with where it came from. Why is what the
// box office said when it refused it.
type Version struct {
	Sale    sale.Sale
	Actor   string
	Source  Source
	At      time.Time
	Refused bool
	Why     string
}

// By says in words who wrote a version, where and when.
func (v Version) By() string {
	where := "from a file"
	if v.Source == FromConsole {
		where = "in the console"
	}
	return fmt.Sprintf("%s wrote it %s on %s", sale.Who(v.Actor), where, v.At.In(v.Sale.Location()).Format("2 January 2006, 15:04 MST"))
}

// Version gives a version of a sale as it was written, 0 for the newest that
// was not refused, which may still be pending; CodeNotFound when there is no
// such sale or version.
func (l *Line) Version(ctx context.Context, slug string, version int64) (Version, error) {
	var v Version
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		var id, wanted int64
		err := tx.QueryRow(ctx, `SELECT id, wanted FROM sales WHERE slug = $1`, slug).Scan(&id, &wanted)
		if errors.Is(err, sql.ErrNoRows) {
			return sale.E(sale.CodeNotFound, "There is no sale %q.", slug)
		}
		if err != nil {
			return err
		}
		if version == 0 {
			version = wanted
		}
		v, err = versionInfo(ctx, tx, id, version)
		return err
	})
	if err != nil {
		return Version{}, fmt.Errorf("read version %d of %s: %w", version, slug, err)
	}
	return v, nil
}

func versionInfo(ctx context.Context, tx *sqldb.Tx, id, version int64) (Version, error) {
	var v Version
	var written int64
	err := tx.QueryRow(ctx, `SELECT actor, source, at, state = 'refused', why FROM sale_versions WHERE sale_id = $1 AND version = $2`, id, version).
		Scan(&v.Actor, &v.Source, &written, &v.Refused, &v.Why)
	if errors.Is(err, sql.ErrNoRows) {
		return Version{}, sale.E(sale.CodeNotFound, "There is no version %d.", version)
	}
	if err != nil {
		return Version{}, err
	}
	v.At = sqldb.Time(written)
	v.Sale, err = saleVersion(ctx, tx, id, version)
	return v, err
}
