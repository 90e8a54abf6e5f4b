package line

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// Bounce is a mail server's word, hours or days after it took a mail, that
// this hand-over came to nothing.
type Bounce struct {
	Try     int64     // as in Mail.TryID
	Started time.Time // when it began: a row that was given twice is told apart by it
	Dead    bool      // the recipient was refused for good; else the server gave up, or it was about us
	Status  string    // RFC 3463, like 5.1.1
}

// BounceResult is what a bounce came to.
type BounceResult string

// The results of a bounce.
const (
	BounceClosing BounceResult = "closing" // its offer closes at the next beat
	BounceKept    BounceResult = "kept"    // another mail of the same offer may have reached the fan
	BounceLate    BounceResult = "late"    // its offer is over, or is being closed already
	BounceNoted   BounceResult = "noted"   // not an offer's mail: recorded, and nothing follows
	BounceAgain   BounceResult = "again"   // reported before
	BounceUnknown BounceResult = "unknown" // no such hand-over, or none that the server had taken
)

// Bounced says what a bounce was about and what it came to. For BounceUnknown
// only Result is set.
type Bounced struct {
	Result BounceResult
	Sale   string
	Number int
	Kind   sale.MailKind
}

// Bounce records that a hand-over came back, once. When no other hand-over of
// the same mail may have reached the fan, an offer's mail closes exactly its
// own offer, if that is still open: as bounced when the recipient was refused
// for good, as undelivered when the server gave up or refused us, which leaves
// the fan his turn. Closing means here what it always means: the box office is
// asked at the next beat, and a purchase that was quicker stands. Whatever is
// over stays as it is.
func (l *Line) Bounce(ctx context.Context, b Bounce) (Bounced, error) {
	var out Bounced
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		out = Bounced{Result: BounceUnknown}
		// The dispatch row orders this against hand-overs and closings.
		var saleID int64
		err := tx.QueryRow(ctx, `SELECT sale_id FROM dispatch WHERE sale_id = (SELECT sale_id FROM mail_tries WHERE id = $1)`+tx.Dialect().ForUpdate, b.Try).
			Scan(&saleID)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		m, ok, err := readBounced(ctx, tx, b)
		if err != nil || !ok {
			return err
		}
		out, err = l.bounced(ctx, tx, m, b)
		return err
	})
	if err != nil {
		return Bounced{}, fmt.Errorf("record a bounce: %w", err)
	}
	return out, nil
}

// bouncedMail is the mail of a try that came back.
type bouncedMail struct {
	Bounced
	id, saleID int64
	ref        string
}

// readBounced finds the mail. A try that the server had not taken cannot come
// back; one whose result is not recorded yet can.
func readBounced(ctx context.Context, tx *sqldb.Tx, b Bounce) (bouncedMail, bool, error) {
	var m bouncedMail
	err := tx.QueryRow(ctx, `SELECT m.id, m.sale_id, s.slug, COALESCE(m.number, 0), m.kind, m.ref FROM mail_tries t
		JOIN outbox m ON m.id = t.mail_id JOIN sales s ON s.id = m.sale_id
		WHERE t.id = $1 AND t.started_at = $2 AND t.result IN ('', 'accepted', 'unknown')`, b.Try, sqldb.Millis(b.Started)).
		Scan(&m.id, &m.saleID, &m.Sale, &m.Number, &m.Kind, &m.ref)
	if errors.Is(err, sql.ErrNoRows) {
		return m, false, nil
	}
	if err != nil {
		return m, false, fmt.Errorf("find the hand-over: %w", err)
	}
	return m, true, nil
}

func (l *Line) bounced(ctx context.Context, tx *sqldb.Tx, m bouncedMail, b Bounce) (Bounced, error) {
	now := l.now()
	fresh, err := changed(tx.Exec(ctx, `UPDATE mail_tries SET bounced_at = $1, bounce = $2 WHERE id = $3 AND bounced_at IS NULL`,
		sqldb.Millis(now), b.Status, b.Try))
	if err != nil {
		return Bounced{}, fmt.Errorf("mark the hand-over: %w", err)
	}
	if !fresh {
		m.Result = BounceAgain
		return m.Bounced, nil
	}
	m.Result = BounceNoted
	switch m.Kind {
	case sale.MailOffer:
		m.Result, err = closeBounced(ctx, tx, m, b)
	case sale.MailTest:
		err = testBounced(ctx, tx, m.ref, b.Status, now)
	}
	if err != nil {
		return Bounced{}, err
	}
	if err := giveUp(ctx, tx, m); err != nil {
		return Bounced{}, err
	}
	err = audit(ctx, tx, auditEntry{
		at: now, actor: "mail server", action: "bounce", saleID: m.saleID, number: m.Number,
		detail: fmt.Sprintf("%s mail came back with status %s: %s", m.Kind, b.Status, m.Result),
	})
	return m.Bounced, err
}

// reached finds a hand-over of mail $1 that may have reached the fan: taken by
// the server or possibly so, and not come back.
const reached = `EXISTS (SELECT 1 FROM mail_tries t WHERE t.mail_id = $1 AND t.bounced_at IS NULL AND t.result IN ('accepted', 'unknown'))`

// underWay finds one that may yet.
const underWay = `EXISTS (SELECT 1 FROM mail_tries t WHERE t.mail_id = $1 AND t.bounced_at IS NULL AND t.done_at IS NULL)`

// closeBounced marks the mail's own offer as closing, unless another
// hand-over of it may have reached the fan or is under way.
func closeBounced(ctx context.Context, tx *sqldb.Tx, m bouncedMail, b Bounce) (BounceResult, error) {
	reason := sale.OfferUndelivered
	if b.Dead {
		reason = sale.OfferBounced
	}
	closing, err := changed(tx.Exec(ctx, `UPDATE offers SET state = 'closing', reason = $2 WHERE id = $3 AND state = 'open'
		AND NOT `+reached+` AND NOT `+underWay, m.id, string(reason), m.ref))
	if err != nil {
		return "", fmt.Errorf("close the bounced offer: %w", err)
	}
	if closing {
		return BounceClosing, nil
	}
	var state sale.OfferState
	if err := tx.QueryRow(ctx, `SELECT state FROM offers WHERE id = $1`, m.ref).Scan(&state); err != nil {
		return "", fmt.Errorf("read the bounced offer: %w", err)
	}
	if state == sale.OfferOpen {
		return BounceKept, nil
	}
	return BounceLate, nil
}

// giveUp says of the mail what is true once no hand-over of it may have
// reached the fan: it is refused, and not delivered. What is in a worker's
// hands is left to its result. An offer that expired keeps its mail's flag:
// when its hour passed, the fan had it as far as anybody knew.
func giveUp(ctx context.Context, tx *sqldb.Tx, m bouncedMail) error {
	_, err := tx.Exec(ctx, `UPDATE outbox SET delivered = 0 WHERE id = $1 AND NOT `+reached+`
		AND NOT EXISTS (SELECT 1 FROM offers o WHERE outbox.kind = 'offer' AND o.id = outbox.ref AND (o.state = 'expired' OR o.reason = 'expired'))`, m.id)
	if err != nil {
		return fmt.Errorf("take back that the mail was delivered: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE outbox SET state = 'refused', due_at = NULL WHERE id = $1 AND state IN ('accepted', 'unknown', 'queued')
		AND NOT `+reached, m.id)
	if err != nil {
		return fmt.Errorf("give the mail up: %w", err)
	}
	return nil
}

// moot says whether a mail that is in a worker's hands need not be tried again:
// its offer is over or its order cancelled, or the fan left or was erased.
func moot(ctx context.Context, tx *sqldb.Tx, m Mail) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM outbox m LEFT JOIN registrations r ON r.sale_id = m.sale_id AND r.number = m.number
		LEFT JOIN offers o ON m.kind = 'offer' AND o.id = m.ref
		LEFT JOIN orders b ON m.kind = 'order' AND b.sale_id = m.sale_id AND b.code = m.ref
		WHERE m.id = $1 AND (r.erased_at IS NOT NULL OR o.state NOT IN ('planned', 'open', 'closing') OR b.state = 'cancelled'
			OR (r.withdrawn_at IS NOT NULL AND m.kind IN ('receipt', 'decline')))`, m.ID).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("see whether the mail still means something: %w", err)
	}
	return n > 0, nil
}

// bounce closes the offer of a recipient who was refused for good, unless an
// earlier try may have reached him: then the link runs its time.
func bounce(ctx context.Context, tx *sqldb.Tx, m Mail) error {
	_, err := tx.Exec(ctx, `UPDATE offers SET state = 'closing', reason = 'bounced' WHERE id = $1 AND state = 'open'
		AND NOT EXISTS (SELECT 1 FROM outbox WHERE id = $2 AND delivered = 1)`, m.Offer, m.ID)
	if err != nil {
		return fmt.Errorf("close the bounced offer: %w", err)
	}
	return nil
}

// bouncedEarly gives the status of the try that is under way when it has come
// back before its result was recorded, which a server can be quick enough for,
// or when its address was corrected meanwhile; "" otherwise.
func bouncedEarly(ctx context.Context, tx *sqldb.Tx, mailID int64) (string, error) {
	found, err := texts(ctx, tx, `SELECT bounce FROM mail_tries WHERE mail_id = $1 AND done_at IS NULL AND bounced_at IS NOT NULL`, mailID)
	if err != nil {
		return "", fmt.Errorf("look for an early bounce: %w", err)
	}
	for _, status := range found { // one, or none
		return cmp.Or(status, "0.0.0"), nil
	}
	return "", nil
}

// changed says whether a statement changed a row.
func changed(res sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// BouncedMails is how many hand-overs of a sale's mails came back, by kind; a
// kind without any is left out.
func (l *Line) BouncedMails(ctx context.Context, slug string) (map[sale.MailKind]int, error) {
	var counts map[sale.MailKind]int
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		counts = map[sale.MailKind]int{}
		return tx.Each(ctx, func(row sqldb.Row) error {
			var kind sale.MailKind
			var n int
			err := row.Scan(&kind, &n)
			counts[kind] = n
			return err
		}, `SELECT m.kind, COUNT(*) FROM mail_tries t JOIN outbox m ON m.id = t.mail_id
			WHERE t.sale_id = (SELECT id FROM sales WHERE slug = $1) AND t.bounced_at IS NOT NULL AND t.bounce <> '`+corrected+`' GROUP BY m.kind`, slug)
	})
	if err != nil {
		return nil, fmt.Errorf("count the bounces of %s: %w", slug, err)
	}
	return counts, nil
}
