package registration

import (
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// TestPagesSayWhenMailsRest: whoever waits for a link is told when none comes,
// and nobody else is.
func TestPagesSayWhenMailsRest(t *testing.T) {
	w := newWorld(t, nil)
	set := func(q sale.QuietHours) {
		w.fake.set(func(f *fakeLine) { f.state.Sale.Dispatch.Quiet = q })
		w.reread()
	}
	const sleep = "No links are mailed between 22:00 and 08:00 (Europe/Zurich). You can sleep."
	path := w.atPlace(line.Place{Waiting: true})
	w.get(path).wants(t, 200, "You are in line", "not", "No links are mailed")

	set(night)
	w.get(path).wants(t, 200, sleep)
	w.get(path, asJSON...).wants(t, 200, `"quiet_hours":"22:00-08:00"`)
	w.get("/lakeside-2027/en").wants(t, 200, "No links are mailed between 22:00 and 08:00, so nobody has to stay up.")
	w.get("/lakeside-2027", asJSON...).wants(t, 200, `"quiet_hours":"22:00-08:00"`)

	set(sale.QuietHours{From: 12 * 60 * 60, To: 13*60*60 + 30*60})
	w.get(path).wants(t, 200, "between 12:00 and 13:30", "You will miss nothing then", "not", "sleep")

	set(night)
	w.atPlace(line.Place{Offer: &line.Offer{State: sale.OfferOpen, Ends: w.clock(), Owed: true}})
	w.get(path).wants(t, 200, "Your mail with the link is on its way", sleep)
	w.atPlace(line.Place{Offer: &line.Offer{State: sale.OfferExpired, Ends: w.clock().Add(-time.Hour)}})
	w.get(path).wants(t, 200, "has expired", "not", "No links are mailed")
}
