package line

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// TestMail asks for a mail to oneself: what a fan would get, with made-up
// data. It leaves through the outbox like any other, under the same limits,
// and is no fan's: nothing of a sale waits for it or counts it.
type TestMail struct {
	Sale    string
	About   string // one of sale.SampleMails
	Lang    string
	Address string // the organizer's own
}

// Tested is what became of a test mail.
type Tested struct {
	About, Lang string
	Asked       time.Time
	Done        time.Time  // zero: it waits, or is being sent
	Result      MailResult // empty: as above
	Code        int        // the mail server's, 0 for none
	Said        string     // by the mail server, or how it came back
}

// What became of a test mail besides the results of a try.
const (
	resultGivenUp MailResult = "given up" // no server could be reached for an hour
	resultBounced MailResult = "bounced"  // it was taken, and came back
)

const (
	mostTests  = 20             // of a sale in any hour
	testLife   = time.Hour      // what could not be tried by then tells nobody anything
	testMemory = 24 * time.Hour // how long what became of it is kept
)

// QueueTest queues a test mail and gives the name under which [Line.TestMail]
// tells what became of it.
//
// Errors: not_found when there is no such sale, invalid when there is no such
// mail, too_many after 20 in an hour.
func (l *Line) QueueTest(ctx context.Context, in TestMail) (ref string, err error) {
	if !slices.Contains(sale.SampleMails(), in.About) {
		return "", sale.E(sale.CodeInvalid, "There is no sample of a mail %q.", in.About)
	}
	if ref, err = l.newID(); err != nil {
		return "", err
	}
	err = l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		id, err := lockDispatch(ctx, tx, in.Sale)
		if err != nil {
			return err
		}
		now := l.now()
		if err := roomForTest(ctx, tx, id, now); err != nil {
			return err
		}
		at := sqldb.Millis(now)
		_, err = tx.Exec(ctx, `INSERT INTO test_mails (ref, sale_id, about, lang, address, asked_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			ref, id, in.About, in.Lang, in.Address, at)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO outbox (sale_id, kind, ref, priority, state, due_at, created_at) VALUES ($1, 'test', $2, $3, 'queued', $4, $4)`,
			id, ref, sale.MailTest.Priority(), at)
		if err != nil {
			return err
		}
		return audit(ctx, tx, auditEntry{at: now, actor: in.Address, action: "test mail", saleID: id, detail: in.About + ", in " + in.Lang})
	})
	if err != nil {
		return "", fmt.Errorf("queue a test mail: %w", err)
	}
	return ref, nil
}

// roomForTest forgets what is a day old, and refuses too many in an hour.
func roomForTest(ctx context.Context, tx *sqldb.Tx, saleID int64, now time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM test_mails WHERE sale_id = $1 AND asked_at <= $2 AND done_at IS NOT NULL`,
		saleID, sqldb.Millis(now.Add(-testMemory)))
	if err != nil {
		return err
	}
	var recent int
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM test_mails WHERE sale_id = $1 AND asked_at > $2`,
		saleID, sqldb.Millis(now.Add(-time.Hour))).Scan(&recent)
	if err == nil && recent >= mostTests {
		e := sale.E(sale.CodeTooMany, "There were %d test mails in this hour; please wait a while.", recent)
		e.RetryAfter = 10 * time.Minute
		return e
	}
	return err
}

// TestMail tells what became of a test mail of a sale. CodeNotFound: there is
// none by this name, or it is more than a day old.
func (l *Line) TestMail(ctx context.Context, slug, ref string) (Tested, error) {
	var t Tested
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		var asked, done int64
		err := tx.QueryRow(ctx, `SELECT x.about, x.lang, x.asked_at, COALESCE(x.done_at, 0), x.result, x.code, x.said
			FROM test_mails x JOIN sales s ON s.id = x.sale_id WHERE x.ref = $1 AND s.slug = $2`, ref, slug).
			Scan(&t.About, &t.Lang, &asked, &done, &t.Result, &t.Code, &t.Said)
		if errors.Is(err, sql.ErrNoRows) {
			return sale.E(sale.CodeNotFound, "There is no such test mail, or it is more than a day old.")
		}
		t.Asked, t.Done = sqldb.Time(asked), sqldb.Time(done)
		return err
	})
	if err != nil {
		return Tested{}, fmt.Errorf("read a test mail: %w", err)
	}
	return t, nil
}

// dueTests reads the tests that may leave now. One that could not be tried for
// an hour is moot.
func dueTests(ctx context.Context, tx *sqldb.Tx, d due) ([]Mail, error) {
	var mails []Mail
	err := tx.Each(ctx, func(row sqldb.Row) error {
		m := Mail{Kind: sale.MailTest}
		var first int64
		var over int
		err := row.Scan(&m.ID, &m.Ref, &m.Try, &first, &m.About, &m.Address, &m.Lang, &over)
		m.Try++
		m.First, m.Moot = sqldb.Time(first), over == 1
		mails = append(mails, m)
		return err
	}, `SELECT m.id, m.ref, m.tries, COALESCE(m.first_at, 0), COALESCE(x.about, ''), COALESCE(x.address, ''), COALESCE(x.lang, ''),
		CASE WHEN x.address IS NULL OR x.address = '' OR x.asked_at <= $5 THEN 1 ELSE 0 END
		FROM outbox m LEFT JOIN test_mails x ON x.ref = m.ref
		WHERE m.sale_id = $1 AND m.priority = $2 AND m.due_at IS NOT NULL AND m.due_at <= $3
		ORDER BY m.due_at, m.id LIMIT $4`,
		d.state.ID, sale.MailTest.Priority(), sqldb.Millis(d.now), d.most, sqldb.Millis(d.now.Add(-testLife)))
	return mails, err
}

// tested keeps what became of a test mail, and deletes its address.
// The checklist keeps the last one for longer.
func tested(ctx context.Context, tx *sqldb.Tx, t Tried, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO checklist (sale_id, item, at, actor, detail)
		SELECT sale_id, 'mail', $1, address, $2 FROM test_mails WHERE ref = $3 AND done_at IS NULL
		ON CONFLICT (sale_id, item) DO UPDATE SET at = excluded.at, actor = excluded.actor, detail = excluded.detail`,
		sqldb.Millis(now), t.Mail.Ref+" "+string(t.Result), t.Mail.Ref)
	if err != nil {
		return fmt.Errorf("keep the test mail for the checklist: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE test_mails SET address = '', done_at = $1, result = $2, code = $3, said = $4 WHERE ref = $5 AND done_at IS NULL`,
		sqldb.Millis(now), string(t.Result), t.Code, t.Said, t.Mail.Ref)
	if err != nil {
		return fmt.Errorf("keep what became of a test mail: %w", err)
	}
	return nil
}

// testBounced notes that a test mail came back, whether or not its hand-over
// is recorded yet.
func testBounced(ctx context.Context, tx *sqldb.Tx, ref, status string, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE test_mails SET address = '', done_at = COALESCE(done_at, $1), result = $2, code = 0, said = $3 WHERE ref = $4`,
		sqldb.Millis(now), string(resultBounced), status, ref)
	if err == nil {
		_, err = tx.Exec(ctx, `UPDATE checklist SET detail = $1, at = $2 WHERE item = 'mail' AND detail = $3`,
			ref+" "+string(resultBounced), sqldb.Millis(now), ref+" "+string(ResultAccepted))
	}
	if err != nil {
		return fmt.Errorf("note that a test mail came back: %w", err)
	}
	return nil
}
