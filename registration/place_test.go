package registration

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// order is what a fan bought.
func testOrder(state sale.OrderState) *sale.Order {
	return &sale.Order{
		Code: "K7QM-3XPA", Ref: "mzxw6ytboi4dcmrthe2dkobvga", State: state, Currency: "CHF", Total: 8500,
		Tickets: []sale.Ticket{{Code: "T-1", Type: "fri", Title: sale.Text{"en": "Friday"}, Price: 8500}},
	}
}

// night is 22:00 to 08:00.
var night = sale.QuietHours{From: 22 * 60 * 60, To: 8 * 60 * 60}

// TestStateOf: what the page says of every state that the line can be in.
func TestStateOf(t *testing.T) {
	st := line.State{Sale: testSale()}
	over := line.State{Sale: testSale()}
	over.Sale.Dispatch.Ends = noon
	sold := line.State{Sale: testSale(), SoldOut: true}
	quiet, once := line.State{Sale: testSale()}, line.State{Sale: testSale(), QuietUntil: noon}
	quiet.Sale.Dispatch.Quiet = night
	owed := func(state sale.OfferState, ends time.Time) *line.Offer {
		return &line.Offer{State: state, Ends: ends, Owed: true}
	}
	offer := func(state sale.OfferState, ends time.Time) *line.Offer { return &line.Offer{State: state, Ends: ends} }
	bought := func(state sale.OrderState) *line.Offer {
		return &line.Offer{State: sale.OfferBought, Order: testOrder(state)}
	}
	for _, c := range []struct {
		place line.Place
		state line.State
		want  templates.PlaceState
	}{
		{line.Place{Waiting: true}, st, templates.PlaceWaiting},
		{line.Place{Waiting: true}, sold, templates.PlaceSoldOut},
		{line.Place{Waiting: true}, over, templates.PlaceOver},
		{line.Place{Offer: offer(sale.OfferPlanned, time.Time{})}, st, templates.PlacePreparing},
		{line.Place{Offer: offer(sale.OfferOpen, time.Time{})}, st, templates.PlacePreparing},
		{line.Place{Offer: offer(sale.OfferOpen, noon.Add(time.Second))}, sold, templates.PlaceOpen},
		{line.Place{Offer: offer(sale.OfferOpen, noon)}, st, templates.PlaceClosing},
		{line.Place{Offer: owed(sale.OfferOpen, noon)}, st, templates.PlaceClosing},
		{line.Place{Offer: owed(sale.OfferOpen, noon)}, quiet, templates.PlacePreparing},
		{line.Place{Offer: owed(sale.OfferOpen, noon)}, once, templates.PlacePreparing},
		{line.Place{Offer: owed(sale.OfferOpen, noon.Add(time.Second))}, quiet, templates.PlaceOpen},
		{line.Place{Offer: offer(sale.OfferOpen, noon)}, quiet, templates.PlaceClosing},
		{line.Place{Offer: offer(sale.OfferClosing, noon.Add(time.Second))}, st, templates.PlaceClosing},
		{line.Place{Offer: bought(sale.OrderConfirmed)}, over, templates.PlaceBought},
		{line.Place{Offer: bought(sale.OrderCancelled)}, st, templates.PlaceCancelled},
		{line.Place{Offer: offer(sale.OfferExpired, noon)}, over, templates.PlaceExpired},
		{line.Place{Offer: offer(sale.OfferDeclined, noon)}, st, templates.PlaceDeclined},
		{line.Place{Offer: offer(sale.OfferBounced, noon)}, st, templates.PlaceBounced},
		{line.Place{Offer: offer(sale.OfferUndelivered, noon), Bounced: true}, st, templates.PlaceBounced},
		{line.Place{Offer: offer(sale.OfferUndelivered, noon), Waiting: true}, st, templates.PlaceUndelivered},
		{line.Place{Offer: offer(sale.OfferDropped, noon), Waiting: true}, st, templates.PlaceWaiting},
		{line.Place{Offer: offer(sale.OfferDropped, noon), Waiting: true}, sold, templates.PlaceSoldOut},
		{line.Place{Offer: offer(sale.OfferVoided, noon)}, st, templates.PlaceVoided},
		{line.Place{Registration: line.Registration{Withdrawn: true}}, st, templates.PlaceWithdrawn},
		{line.Place{Registration: line.Registration{Withdrawn: true}, Offer: offer(sale.OfferOpen, noon.Add(time.Hour))}, st, templates.PlaceWithdrawn},
		// A purchase that got there before the withdrawal stands.
		{line.Place{Registration: line.Registration{Withdrawn: true}, Offer: bought(sale.OrderConfirmed)}, st, templates.PlaceBought},
	} {
		if got := stateOf(c.place, c.state, noon); got != c.want {
			t.Errorf("%+v (offer %+v): %s, want %s", c.place, c.place.Offer, got, c.want)
		}
	}
}

func TestEstimate(t *testing.T) {
	next := noon.Add(10 * time.Second)
	atNight := func(s *line.State) { s.Sale.Dispatch.Quiet = night }
	for _, c := range []struct {
		what       string
		number     int
		class      sale.Class
		change     func(*line.State)
		about, not time.Duration // after noon; 0: nothing said
	}{
		{"in the next batch", 110, sale.Guaranteed, nil, time.Minute, 0},
		{"in the one after it", 111, sale.Guaranteed, nil, 2 * time.Minute, 0},
		{"far away", 1000, sale.Guaranteed, nil, 90 * time.Minute, 0},
		{"on standby", 1000, sale.Standby, nil, 0, 90 * time.Minute},
		{"had its turn", 100, sale.Guaranteed, nil, 0, 0},
		{"paused", 110, sale.Guaranteed, func(s *line.State) { s.Paused = true }, 0, 0},
		{"no schedule", 110, sale.Guaranteed, func(s *line.State) { s.NextBatch = time.Time{} }, 0, 0},
		{"no period", 110, sale.Guaranteed, func(s *line.State) { s.Period = 0 }, 0, 0},
		{"at the end of the day", 100 + 10*10*60, sale.Guaranteed, atNight, 10 * time.Hour, 0},
		{"after the night", 100 + 10*10*60 + 1, sale.Guaranteed, atNight, 20 * time.Hour, 0},
		{"on standby after the night", 100 + 10*10*60 + 1, sale.Standby, atNight, 0, 20 * time.Hour},
		{"past the end", 1000, sale.Standby, func(s *line.State) { s.Sale.Dispatch.Ends = next.Add(time.Hour) }, 0, 0},
	} {
		st := line.State{Sale: testSale(), Reached: 100, NextBatch: next, Period: time.Minute}
		if c.change != nil {
			c.change(&st)
		}
		about, not := estimate(line.Place{Registration: line.Registration{Number: c.number, Class: c.class}}, st)
		if !about.Equal(after(c.about)) || !not.Equal(after(c.not)) {
			t.Errorf("%s: about %v, not before %v", c.what, about, not)
		}
	}
}

func after(d time.Duration) time.Time {
	if d == 0 {
		return time.Time{}
	}
	return noon.Add(d)
}

// atPlace puts one place into the fake line and gives the path of its page.
func (w *world) atPlace(p line.Place) string {
	w.fake.set(func(f *fakeLine) {
		if p.Class == "" {
			p.Class = sale.Guaranteed
		}
		p.Registration.Sale, p.Registration.Number, p.Registration.Address = "lakeside-2027", 7, "fan@example.org"
		f.places[7] = p
	})
	return "/lakeside-2027/place/" + w.keys.Receipt("lakeside-2027", 7, p.At)
}

// TestPlaceShowsTheOffer: the link on the page is the one of the mail: the
// same offer, until the same end; and it is there exactly while it works.
func TestPlaceShowsTheOffer(t *testing.T) {
	w := newWorld(t, nil)
	ends := noon.Add(30 * time.Minute)
	o := &line.Offer{ID: "offer-7", Number: 7, Most: 2, State: sale.OfferOpen, Ends: ends}
	path := w.atPlace(line.Place{Offer: o})
	w.at(noon)
	w.get(path).wants(t, 200, "It is your turn", "2 tickets are reserved", "12:30", "30 minutes", "http://checkout.example/c/")

	var got placeJSON
	w.get(path, asJSON...).into(t, &got)
	token := strings.TrimPrefix(got.Offer.URL, "http://checkout.example/c/")
	claims, over, err := link.NewVerifier(w.keys.Public()).Verify(token, noon)
	want := link.Claims{Offer: "offer-7", Sale: "lakeside-2027", Issued: noon, Ends: ends}
	if diff := cmp.Diff(want, claims); diff != "" || over || err != nil {
		t.Errorf("over %v, %v, %s", over, err, diff)
	}
	for what, hide := range map[string]func(*line.Offer){
		"planned": func(o *line.Offer) { o.State = sale.OfferPlanned },
		"no end":  func(o *line.Offer) { o.Ends = time.Time{} },
		"closing": func(o *line.Offer) { o.State = sale.OfferClosing },
		"expired": func(o *line.Offer) { o.State = sale.OfferExpired },
		"ended":   func(o *line.Offer) { o.Ends = noon },
	} {
		changed := *o
		hide(&changed)
		w.get(w.atPlace(line.Place{Offer: &changed})).wants(t, 200, "not", "/c/")
		if a := w.get(path, asJSON...); strings.Contains(a.body, `"offer"`) {
			t.Errorf("%s: %s", what, a.body)
		}
	}
	w.get(w.atPlace(line.Place{Registration: line.Registration{Withdrawn: true}, Offer: o})).wants(t, 200, "You have left the line", "not", "/c/")
}

func TestPlaceShowsWhatBecameOfIt(t *testing.T) {
	w := newWorld(t, nil)
	w.at(noon)
	for _, c := range []struct {
		place line.Place
		words []string
	}{
		{line.Place{Waiting: true}, []string{"You are in line", "/withdraw", "Nobody can say yet", "not", "/rejoin"}},
		{
			line.Place{Offer: &line.Offer{State: sale.OfferBought, Order: testOrder(sale.OrderConfirmed)}},
			[]string{"K7QM-3XPA", "http://checkout.example/order/mzxw6ytboi4dcmrthe2dkobvga", "not", "/withdraw"},
		},
		{line.Place{Offer: &line.Offer{State: sale.OfferExpired, Ends: noon}}, []string{"has expired", "not", "/withdraw"}},
		{line.Place{Offer: &line.Offer{State: sale.OfferDeclined, Ends: noon}}, []string{"gave your tickets back", "not", "/withdraw"}},
		{line.Place{Bounced: true}, []string{"does not take our mail", "not", "/withdraw"}},
		{line.Place{Registration: line.Registration{Withdrawn: true}}, []string{"You have left the line", "/rejoin", "not", "/withdraw\""}},
		{
			line.Place{Registration: line.Registration{Withdrawn: true}, Offer: &line.Offer{State: sale.OfferWithdrawn}},
			[]string{"You have left the line", "not", "/rejoin", "/withdraw\""},
		},
	} {
		a := w.get(w.atPlace(c.place))
		a.wants(t, 200, c.words...)
		if cache := a.header.Get("Cache-Control"); cache != "no-store" {
			t.Errorf("Cache-Control %q", cache)
		}
		if !json.Valid([]byte(w.get(w.atPlace(c.place), asJSON...).body)) {
			t.Error("not JSON")
		}
	}
	w.fake.set(func(f *fakeLine) {
		f.state.Reached, f.state.NextBatch, f.state.Period = 3, noon.Add(time.Minute), time.Minute
	})
	w.reread()
	w.get(w.atPlace(line.Place{Registration: line.Registration{Class: sale.Guaranteed}, Waiting: true})).
		wants(t, 200, "number 3", "comes about 12:01", "not", "earliest about")
	w.get(w.atPlace(line.Place{Registration: line.Registration{Class: sale.Standby}, Waiting: true})).
		wants(t, 200, "earliest about 12:01", "not", "comes about")
}

// TestForeignReceipts: a receipt opens one place of one sale, to the letter.
func TestForeignReceipts(t *testing.T) {
	w := newWorld(t, nil)
	path := w.atPlace(line.Place{Waiting: true})
	good := w.keys.Receipt("lakeside-2027", 7, time.Time{})
	other := w.keys.Receipt("another-sale", 7, time.Time{})
	w.get(path).wants(t, 200)
	parts := strings.Split(good, ".")
	for _, receipt := range []string{
		other, "7", good + "x", good[:len(good)-1], parts[0] + ".8." + parts[2] + "." + parts[3], parts[0] + ".0" + parts[1] + "." + parts[2] + "." + parts[3],
	} {
		for _, method := range []string{"GET /", "POST /withdraw", "POST /rejoin"} {
			verb, rest, _ := strings.Cut(method, " ")
			w.do(verb, "/lakeside-2027/place/"+receipt+strings.TrimSuffix(rest, "/"), "").wants(t, 404, "not", "fan@example.org")
		}
	}
	if len(w.fake.moved) != 0 {
		t.Errorf("moved %v", w.fake.moved)
	}
}

// TestNumberGivenAgain: a line restored from an older backup gives numbers
// again. The receipt of whoever had the number before neither shows nor moves
// the fan who has it now.
func TestNumberGivenAgain(t *testing.T) {
	w := newWorld(t, nil)
	at := noon.Add(-3 * time.Hour)
	before := w.atPlace(line.Place{Registration: line.Registration{At: at}, Since: at, Waiting: true})
	w.get(before).wants(t, 200, "fan@example.org")
	now := w.atPlace(line.Place{Registration: line.Registration{At: at.Add(time.Millisecond)}, Since: at.Add(time.Millisecond), Waiting: true})
	w.get(before).wants(t, 404, "not", "fan@example.org")
	w.get(before, asJSON...).wants(t, 404, `"code":"not_found"`, "not", "fan@example.org")
	w.do("POST", before+"/withdraw", "").wants(t, 404, "not", "fan@example.org")
	w.do("POST", before+"/rejoin", "").wants(t, 404, "not", "fan@example.org")
	if len(w.fake.moved) != 0 {
		t.Errorf("moved %v", w.fake.moved)
	}
	w.get(now).wants(t, 200, "fan@example.org")
	w.do("POST", now+"/withdraw", "").wants(t, 303)
}

func TestWithdrawAndRejoin(t *testing.T) {
	w := newWorld(t, nil)
	path := w.atPlace(line.Place{Waiting: true})
	a := w.do("POST", path+"/withdraw", "")
	if a.status != 303 || a.header.Get("Location") != path {
		t.Errorf("%d to %s", a.status, a.header.Get("Location"))
	}
	// RFC 8058: a mail program's one click.
	w.do("POST", path+"/withdraw", "List-Unsubscribe=One-Click").wants(t, 200)
	w.do("POST", path+"/rejoin", "", asJSON...).wants(t, 204)
	if diff := cmp.Diff([]string{"withdraw lakeside-2027 7", "withdraw lakeside-2027 7", "restore lakeside-2027 7"}, w.fake.moved); diff != "" {
		t.Error(diff)
	}
	w.get(path+"/withdraw").wants(t, 303) // asks, see unsubscribe_test.go
	w.get(path+"/rejoin").wants(t, 405)
	w.fake.set(func(f *fakeLine) { f.stays = sale.E(sale.CodeTooLate, "Already given to the next in line.") })
	w.do("POST", path+"/rejoin", "").wants(t, 409, "Already given to the next in line.", `href="`+path+`"`)
	w.do("POST", path+"/rejoin", "", asJSON...).wants(t, 409, `"code":"too_late"`)
	if len(w.fake.moved) != 5 {
		t.Errorf("moved %v", w.fake.moved)
	}
}

// TestPlaceKeepsItsLanguage: a language that the address asks for wins over
// the one of the sign-up, and goes along with every form and every link.
func TestPlaceKeepsItsLanguage(t *testing.T) {
	w := newWorld(t, nil)
	w.at(noon)
	o := &line.Offer{ID: "offer-7", Number: 7, Most: 2, State: sale.OfferOpen, Ends: noon.Add(time.Hour)}
	path := w.atPlace(line.Place{Offer: o})
	w.get(path).wants(t, 200, `action="`+path+`/withdraw"`, "not", "?lang=")
	w.get(path+"?lang=en").wants(t, 200, `action="`+path+`/withdraw?lang=en"`)
	if a := w.do("POST", path+"/withdraw?lang=en", ""); a.status != 303 || a.header.Get("Location") != path+"?lang=en" {
		t.Errorf("%d to %s", a.status, a.header.Get("Location"))
	}
	if a := w.get("/lakeside-2027?lang=en"); a.header.Get("Location") != landing {
		t.Errorf("to %s", a.header.Get("Location"))
	}
	w.at(testSale().Registration.Opens)
	w.get("/?lang=en").wants(t, 200, `href="/lakeside-2027?lang=en"`)
}

// One page, one moment: a link is not refused because its offer ended while
// the page was being made.
func TestPlaceIsOfOneMoment(t *testing.T) {
	looks := 0
	w := newWorld(t, func(o *Options) {
		o.Clock = func() time.Time {
			looks++
			return noon.Add(time.Duration(looks-2) * time.Second)
		}
	})
	o := &line.Offer{ID: "offer-7", Number: 7, Most: 2, State: sale.OfferOpen, Ends: noon}
	d, err := w.srv.placePage(t.Context(), &entry{state: w.fake.state}, line.Place{Offer: o})
	if err != nil || d.State != templates.PlaceOpen || d.Link == "" || d.Left != time.Second {
		t.Errorf("state %s, left %v, link %v, %v", d.State, d.Left, d.Link != "", err)
	}
}
