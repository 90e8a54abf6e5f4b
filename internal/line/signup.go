package line

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/inturn/inturn/internal/groupcommit"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// A group is large enough that one fsync is shared by everybody who waited
// for the last one, and small enough that its transaction stays short.
const (
	signUpGroup   = 256
	signUpQueue   = 16 << 10
	signUpTimeout = 30 * time.Second
)

// SignUp asks for a place in a sale's line. Idempotency is the caller's
// Idempotency-Key, or empty. Network is the keyed hash of the client's
// network, 0 for none. Proof is the nonce of a solved challenge, or empty: it
// gives one place in the sale.
type SignUp struct {
	Sale        string
	Address     sale.Address
	Lang        string
	Idempotency string
	Network     int64
	Proof       string
}

// Registration is one place in a line.
type Registration struct {
	Sale      string
	Number    int
	Class     sale.Class
	Address   string // as typed
	Lang      string
	At        time.Time
	Withdrawn bool
	Repeated  bool // an Idempotency-Key was seen before; nothing was written
}

// SignUp gives the next number. It returns only after the number is durable.
// Callers that arrive together share one transaction.
//
// Errors: not_found, already_in_line (also when full or closed),
// not_open_yet, closed, full, bad_proof (the proof has given a place
// already), idempotency_reused, overloaded. An error of
// another code means that nobody can tell; asking again gives the same row.
func (l *Line) SignUp(ctx context.Context, in SignUp) (Registration, error) {
	if !storable(in.Sale) {
		return Registration{}, noSale(in.Sale) // it would have its group tried one by one
	}
	return l.signUps.Do(ctx, in)
}

type signUpResult = groupcommit.Result[Registration]

// commitSignUps is one group: one transaction, one turn of the counter per
// sale.
func (l *Line) commitSignUps(ctx context.Context, ins []SignUp) ([]signUpResult, error) {
	bySale := map[string][]int{}
	for i, in := range ins {
		bySale[in.Sale] = append(bySale[in.Sale], i)
	}
	slugs := make([]string, 0, len(bySale))
	for slug := range bySale {
		slugs = append(slugs, slug)
	}
	slices.Sort(slugs) // one order for row locks, so that two groups cannot wait for each other

	var out []signUpResult
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		out = make([]signUpResult, len(ins))
		for _, slug := range slugs {
			g := signUpGroupOf{line: l, slug: slug, ins: ins, index: bySale[slug], out: out}
			if err := g.commit(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("commit sign-ups: %w", err)
	}
	return out, nil
}

// signUpGroupOf is the part of a group that is about one sale.
type signUpGroupOf struct {
	line  *Line
	slug  string
	ins   []SignUp
	index []int // which of ins are this sale's
	out   []signUpResult

	sale    counterRow
	present map[string]presentRow // registrations that hold one of the group's addresses
	idem    map[string]presentRow // registrations made with one of the group's keys
	left    map[string]bool       // addresses that had a place before and left it
	proofs  map[string]string     // whom proofs of the group gave a place
	fresh   []freshRow
}

type counterRow struct {
	id, last, given     int64
	lastAt              int64
	opens, closes       int64
	guaranteed, standby int64
	receipt             int64
}

// refuses says why nobody can join at a moment: not open yet, closed, or full.
// It is nil when there is a place.
func (c *counterRow) refuses(at int64) error {
	switch {
	case at < c.opens:
		return &sale.Error{
			Code: sale.CodeNotOpenYet, Message: "The form is not open yet.",
			RetryAfter: time.Duration(c.opens-at) * time.Millisecond,
		}
	case at >= c.closes:
		return sale.E(sale.CodeClosed, "The form is closed.")
	case c.last >= c.guaranteed+c.standby:
		return sale.E(sale.CodeFull, "All places in line are taken.")
	}
	return nil
}

type presentRow struct {
	reg      Registration
	identity string
	idem     string
}

type freshRow struct {
	presentRow
	receipt bool
	network int64
	proof   string
}

func (g *signUpGroupOf) commit(ctx context.Context, tx *sqldb.Tx) error {
	c := &g.sale
	err := tx.QueryRow(ctx, `SELECT id, last_number, guaranteed_given, last_at, opens_at, closes_at, guaranteed, standby, receipt
		FROM sales WHERE slug = $1`+tx.Dialect().ForUpdate, g.slug).
		Scan(&c.id, &c.last, &c.given, &c.lastAt, &c.opens, &c.closes, &c.guaranteed, &c.standby, &c.receipt)
	if errors.Is(err, sql.ErrNoRows) {
		for _, i := range g.index {
			g.out[i].Err = sale.E(sale.CodeNotFound, "There is no sale %q.", g.slug)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("lock the counter: %w", err)
	}
	if err := g.look(ctx, tx); err != nil {
		return err
	}
	// The clock is read after the lock, so that a lower number never has a
	// later time; a clock that stepped back stands still instead.
	at := max(sqldb.Millis(g.line.now()), c.lastAt)
	for _, i := range g.index {
		g.decide(i, at)
	}
	if len(g.fresh) == 0 {
		return nil
	}
	return g.write(ctx, tx, at)
}

// decide answers one sign-up from what was read under the lock.
func (g *signUpGroupOf) decide(i int, at int64) {
	in, c, out := g.ins[i], &g.sale, &g.out[i]
	who, idem := g.identity(in), g.idemOf(in)
	if idem != "" {
		if was, ok := g.idem[idem]; ok {
			if was.identity != who {
				out.Err = sale.E(sale.CodeKeyReused, "This Idempotency-Key was used for another request.")
				return
			}
			out.Value = was.reg
			out.Value.Repeated = true
			return
		}
	}
	_, here := g.present[who]
	spent, byAnother := g.spent(in, who)
	refusal := c.refuses(at)
	switch {
	case byAnother:
		out.Err = proofSpent()
	case here:
		out.Err = sale.E(sale.CodeAlreadyInLine, "This address is already in line.")
	case refusal != nil:
		out.Err = refusal
	case spent:
		out.Err = proofSpent()
	default:
		out.Value = g.give(in, at)
	}
}

// give takes the next number.
func (g *signUpGroupOf) give(in SignUp, at int64) Registration {
	c := &g.sale
	c.last++
	reg := Registration{
		Sale: g.slug, Number: int(c.last), Class: sale.Standby,
		Address: in.Address.Typed, Lang: in.Lang, At: sqldb.Time(at),
	}
	if c.last <= c.guaranteed {
		reg.Class = sale.Guaranteed
		c.given++
	}
	row := presentRow{reg: reg, identity: g.identity(in), idem: g.idemOf(in)}
	g.fresh = append(g.fresh, freshRow{
		presentRow: row, receipt: c.receipt == 1 && !g.left[row.identity], network: in.Network, proof: g.proofOf(in),
	})
	if in.Proof != "" {
		g.proofs[g.proofOf(in)] = row.identity
	}
	g.present[row.identity] = row
	if row.idem != "" {
		g.idem[row.idem] = row
	}
	return reg
}

// identity is who somebody is in this sale: what may stand in line once.
func (g *signUpGroupOf) identity(in SignUp) string {
	return identityOf(g.sale.id, in.Address)
}

func identityOf(saleID int64, a sale.Address) string {
	return strconv.FormatInt(saleID, 10) + ":" + a.Canonical
}

// idemOf is what is stored of an Idempotency-Key: enough to know it again in
// this sale.
func (g *signUpGroupOf) idemOf(in SignUp) string {
	if in.Idempotency == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(in.Idempotency))
	return strconv.FormatInt(g.sale.id, 10) + ":" + base64.RawURLEncoding.EncodeToString(sum[:18])
}

// look reads, under the lock, who of the group is known already.
func (g *signUpGroupOf) look(ctx context.Context, tx *sqldb.Tx) error {
	people, keys := make([]string, 0, len(g.index)), []string(nil)
	for _, i := range g.index {
		people = append(people, g.identity(g.ins[i]))
		if k := g.idemOf(g.ins[i]); k != "" {
			keys = append(keys, k)
		}
	}
	g.present, g.idem, g.left = map[string]presentRow{}, map[string]presentRow{}, map[string]bool{}
	err := g.each(ctx, tx, `identity IN (%s) AND withdrawn_at IS NULL AND erased_at IS NULL`, people, func(p presentRow) {
		g.present[p.identity] = p
	})
	if err != nil {
		return fmt.Errorf("look up addresses: %w", err)
	}
	err = g.each(ctx, tx, `idem IN (%s) AND idem IS NOT NULL`, keys, func(p presentRow) { g.idem[p.idem] = p })
	if err != nil {
		return fmt.Errorf("look up idempotency keys: %w", err)
	}
	if g.sale.receipt == 1 {
		err = g.each(ctx, tx, `identity IN (%s) AND withdrawn_at IS NOT NULL`, people, func(p presentRow) { g.left[p.identity] = true })
		if err != nil {
			return fmt.Errorf("look up those who left: %w", err)
		}
	}
	return g.lookForProofs(ctx, tx)
}

func (g *signUpGroupOf) each(ctx context.Context, tx *sqldb.Tx, where string, values []string, visit func(presentRow)) error {
	for _, chunk := range sqldb.Chunks(values) {
		err := tx.Each(ctx, func(row sqldb.Row) error {
			p := presentRow{reg: Registration{Sale: g.slug}}
			var at, withdrawn int64
			err := row.Scan(&p.reg.Number, &p.reg.Class, &p.reg.Address, &p.reg.Lang, &at, &p.identity, &p.idem, &withdrawn)
			if err != nil {
				return err
			}
			p.reg.At, p.reg.Withdrawn = sqldb.Time(at), withdrawn > 0
			visit(p)
			return nil
		}, `SELECT number, class, address, lang, at, identity, COALESCE(idem, ''), COALESCE(withdrawn_at, 0)
			FROM registrations WHERE `+fmt.Sprintf(where, sqldb.Marks(1, len(chunk))), chunk...)
		if err != nil {
			return err
		}
	}
	return nil
}

// write stores the fresh rows, their receipts and the counter.
func (g *signUpGroupOf) write(ctx context.Context, tx *sqldb.Tx, at int64) error {
	regs := make([][]any, 0, len(g.fresh))
	var mails [][]any
	for _, f := range g.fresh {
		regs = append(regs, []any{
			g.sale.id, f.reg.Number, f.reg.Address, f.identity,
			string(f.reg.Class), f.reg.Lang, at, nullString(f.idem), nullInt(f.network), nullString(f.proof),
		})
		if f.receipt {
			mails = append(mails, []any{
				g.sale.id, string(sale.MailReceipt), f.reg.Number, sale.MailReceipt.Priority(),
				string(sale.MailQueued), at, at,
			})
		}
	}
	err := tx.Insert(ctx, `INSERT INTO registrations (sale_id, number, address, identity, class, lang, at, idem, network, proof)`, regs)
	if err != nil {
		return fmt.Errorf("store registrations: %w", err)
	}
	err = tx.Insert(ctx, `INSERT INTO outbox (sale_id, kind, number, priority, state, due_at, created_at)`, mails)
	if err != nil {
		return fmt.Errorf("queue receipts: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE sales SET last_number = $1, last_at = $2, guaranteed_given = $3 WHERE id = $4`,
		g.sale.last, at, g.sale.given, g.sale.id)
	if err != nil {
		return fmt.Errorf("advance the counter: %w", err)
	}
	return nil
}

func nullString(s string) any {
	if s == "" {
		return nil
	}
	return s
}
