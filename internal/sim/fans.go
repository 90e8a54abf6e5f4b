package sim

import (
	"errors"
	"fmt"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/sale"
)

// fan is somebody who wants tickets.
type fan struct {
	address  string
	bounces  bool
	wants    int // 0: does nothing with his link
	declines bool
	joined   bool
	number   int // 0 while the answer was lost
	tokens   []string
	used     int // how many of them he has used
}

func (w *World) newFan() *fan {
	n := len(w.fans) + 1
	f := &fan{address: fmt.Sprintf("fan-%d@sim.example", n), wants: w.rand.IntN(w.MaxPerFan + 1)}
	switch w.rand.IntN(12) {
	case 0:
		f.bounces = true
	case 1:
		f.declines = true
	case 2, 3, 4:
		f.wants = w.MaxPerFan
	}
	w.fans = append(w.fans, f)
	w.byAddress[f.address] = f
	return f
}

// take puts a mail into the fan's inbox.
func (f *fan) take(w *World, m mail.Message) {
	w.Counts["mail delivered"]++
	token := linkOf(m.Text)
	if m.Headers["X-Inturn-Offer"] == "" {
		return
	}
	if token == "" {
		w.fail("an offer mail without a link for %s", f.address)
		return
	}
	claims, _, err := link.NewVerifier(w.stage.Keys.Public()).Verify(token, w.now)
	if err != nil {
		w.fail("a fresh link is refused: %v", err)
		return
	}
	w.given[token] = given{ends: claims.Ends, freezes: w.leased}
	f.tokens = append(f.tokens, token)
	w.arrived[m.Headers["X-Inturn-Offer"]] = true
}

// join sends the form, once more if the answer was lost.
func (w *World) join(f *fan) {
	r, err := w.line().SignUp(w.ctx, line.SignUp{
		Sale: "sim", Lang: "en", Address: sale.Address{Typed: f.address, Canonical: f.address},
	})
	switch sale.CodeOf(err) {
	case "":
		f.joined, f.number = true, r.Number
		w.answered[r.Number] = f.address
		w.Counts["joined"]++
	case sale.CodeAlreadyInLine:
		if !f.joined {
			w.Counts["joined, answer lost"]++
		}
		f.joined = true
	case sale.CodeFull:
		w.Counts["full"]++
	default:
		w.tolerate("sign up", err)
	}
}

// loseReceipt is somebody who asks for a receipt, mostly one who has a place.
func (w *World) loseReceipt() {
	address := "stranger@sim.example"
	if len(w.fans) > 0 {
		address = w.fans[w.rand.IntN(len(w.fans))].address
	}
	w.tolerate("send a receipt again", w.line().ResendReceipt(w.ctx, line.LostReceipt{
		Sale: "sim", Address: sale.Address{Typed: address, Canonical: address},
	}))
	w.Counts["receipt lost"]++
}

// act lets a fan do something with the newest link he has, or an older one,
// or somebody else's.
func (w *World) act(f *fan) {
	if len(f.tokens) == 0 {
		return
	}
	token := f.tokens[len(f.tokens)-1]
	if w.rand.IntN(4) == 0 {
		token = f.tokens[w.rand.IntN(len(f.tokens))]
	}
	w.useLink(f, token)
}

// useLink is what the checkout does with a link: verify, look, buy or
// decline. What must happen is worked out beforehand from the box office's
// own state.
func (w *World) useLink(f *fan, token string) {
	keys, err := w.box.Keys(w.ctx)
	if err != nil {
		w.tolerate("read keys", err)
		return
	}
	now := w.boxNow()
	claims, _, err := link.NewVerifier(keys).Verify(token, now)
	if err != nil {
		w.fail("a genuine link was refused: %v", err)
		return
	}
	view, err := w.box.Offer(w.ctx, claims.Offer)
	if err != nil {
		w.tolerate("read offer", err)
		return
	}
	known, over := w.known()
	may := view.State == "open" && w.alive(w.given[token], now, known, over)
	if f.declines && may {
		w.tolerate("decline", w.box.Decline(w.ctx, "sim", claims.Offer, claims.End()))
		return
	}
	if f.wants == 0 {
		return
	}
	w.buy(f, claims, view, may)
}

func (w *World) buy(f *fan, claims link.Claims, view boxoffice.OfferView, may bool) {
	want := basket(view, min(f.wants, view.Granted))
	if len(want) == 0 {
		want = sale.Quantities{"type-1": 1}
	}
	order, repeated, err := w.box.Buy(w.ctx, boxoffice.Purchase{
		Offer: claims.Offer, Sale: claims.Sale, Quantities: want, Ends: claims.Ends, Freezes: claims.Freezes,
	})
	var domain *sale.Error
	switch {
	case err == nil && repeated:
		if view.State != "bought" {
			w.fail("offer %s: a repeated order of an offer that was %s", claims.Offer, view.State)
		}
	case err == nil:
		if !may {
			w.fail("offer %s was bought although it was %s and its link ended %v, at %v", claims.Offer, view.State, claims.Ends, w.boxNow())
		}
		w.orders[claims.Offer], w.bought = order.Code, append(w.bought, order.Code)
		w.Counts["bought"]++
	case errors.As(err, &domain) && domain.Code != sale.CodeInternal && domain.Code != sale.CodeUnavailable:
		if may {
			w.fail("offer %s: an open offer with time left and %d tickets could not buy %v of %v: %v", claims.Offer, view.Granted, want, view.Left, err)
		}
	default:
		w.tolerate("buy", err)
	}
}

// basket takes n tickets of whatever types are left.
func basket(view boxoffice.OfferView, n int) sale.Quantities {
	out := sale.Quantities{}
	for _, t := range view.Sale.Tickets.Types {
		take := min(n, view.Left[t.ID])
		if take > 0 {
			out[t.ID] = take
			n -= take
		}
	}
	return out
}
