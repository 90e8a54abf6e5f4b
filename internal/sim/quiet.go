package sim

import (
	"context"
	"math"
	"time"

	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// rest is when mails rest, as in force.
func (w *World) rest() sale.Rest {
	was := w.checking
	w.checking = true
	defer func() { w.checking = was }()
	st, err := w.line().Sale(w.ctx, "sim")
	w.tolerate("read sale", err)
	return st.Sale.Rest()
}

// notAtNight is told of every mail as its hand-over begins. A worker that took
// several at once hands the later ones over when the first ones are done.
func (w *World) notAtNight(m mail.Message) {
	if m.Headers["X-Inturn-Offer"] == "" || w.Quiet.None() && !w.Requieting {
		return
	}
	if at := w.now.Truncate(time.Millisecond); m.Date.Equal(at) && w.rest().Quiet(at) {
		w.fail("an offer is mailed in the quiet hours %s", w.rest())
	}
}

// sleep says that it is night once the sale has healed, and mostly sleeps
// until it is over.
func (w *World) sleep() (night bool) {
	rest := w.rest()
	if !rest.Quiet(w.now) {
		return false
	}
	if w.rand.IntN(3) > 0 {
		w.now = rest.NextLoud(w.now)
	}
	return true
}

// expired is an offer that nobody used, and the last try of its mail.
type expired struct {
	id                 string
	done, giveUp, ends int64
}

// checkLives: no life was cut by quiet hours. The last try of an offer that
// expired came to nothing that anybody knows of, the next was due within a
// quarter of a life, there was patience for it, and from then on until the
// end it was quiet for a while: then it was owed and never made.
func (w *World) checkLives() {
	if w.Quiet.None() || w.Requieting {
		return
	}
	rest := w.rest()
	err := w.lineDB.Read(w.ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		return tx.Each(ctx, func(row sqldb.Row) error {
			var e expired
			if err := row.Scan(&e.id, &e.done, &e.giveUp, &e.ends); err != nil {
				return err
			}
			due, ends := sqldb.Time(e.done).Add(w.LinkLife/4), sqldb.Time(e.ends)
			if sqldb.Millis(due) < e.giveUp && due.Before(ends) && rest.Loud(due, ends) < ends.Sub(due) {
				w.fail("quiet hours cut the life of offer %s", e.id)
			}
			return nil
		}, `SELECT o.id, t.done_at, COALESCE(m.give_up_at, $1), o.ends FROM offers o
			JOIN outbox m ON m.kind = 'offer' AND m.ref = o.id JOIN mail_tries t ON t.mail_id = m.id
			WHERE (o.state = 'expired' OR o.reason = 'expired') AND t.result IN ('unknown', 'temporary')
			AND t.id = (SELECT MAX(id) FROM mail_tries WHERE mail_id = m.id)`, int64(math.MaxInt64))
	})
	if err != nil {
		w.fail("lives: %v", err)
	}
}
