package registration

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// frozen makes freezes of pairs of minutes after noon, of which -1 ends one
// that lasts.
func frozen(pairs ...int) sale.Freezes {
	var all sale.Freezes
	for i := 0; i < len(pairs); i += 2 {
		f := sale.Freeze{N: i/2 + 1, Began: noon.Add(time.Duration(pairs[i]) * time.Minute)}
		if pairs[i+1] >= 0 {
			f.Ended = noon.Add(time.Duration(pairs[i+1]) * time.Minute)
		}
		all = append(all, f)
	}
	return all
}

// freeze freezes the fake line, or releases it.
func (w *world) freeze(on bool) {
	w.fake.set(func(f *fakeLine) { f.state.Frozen = on })
	w.reread()
}

// TestPlaceInAFrozenSale: told in words, time that stands still, the same link
// as before; after the release the new end.
func TestPlaceInAFrozenSale(t *testing.T) {
	w := newWorld(t, nil)
	o := &line.Offer{ID: "offer-7", Number: 7, Most: 2, State: sale.OfferOpen, Ends: noon.Add(30 * time.Minute)}
	place := line.Place{Offer: o, Freezes: frozen(0, 5, 10, -1)}
	path := w.atPlace(place)
	w.freeze(true)
	editions := map[string]bool{}
	for _, at := range []time.Duration{10 * time.Minute, 31 * time.Minute, 30*time.Hour + 200*time.Millisecond} {
		w.at(noon.Add(at))
		w.get(path).wants(t, 200, "The clock stands still", "Time left: 20 minutes.", `data-state="frozen"`, "http://checkout.example/c/", "not", "data-ends", "12:30", "more than your mail says")
		var got placeJSON
		w.get(path, asJSON...).into(t, &got)
		editions[got.Edition] = true
		if want := sale.UpToSecond(noon.Add(at)).Add(20 * time.Minute); !got.Frozen || got.State != templates.PlaceOpen || !got.Offer.Ends.Equal(want) {
			t.Errorf("at %v: frozen %v, %s, until %v", at, got.Frozen, got.State, got.Offer.Ends)
		}
		claims, _, err := link.NewVerifier(w.keys.Public()).Verify(strings.TrimPrefix(got.Offer.URL, "http://checkout.example/c/"), noon.Add(at))
		want := link.Claims{Offer: "offer-7", Sale: "lakeside-2027", Issued: noon.Add(10 * time.Minute), Ends: o.Ends, Freezes: 1}
		if diff := cmp.Diff(want, claims); diff != "" || err != nil {
			t.Errorf("%v, %s", err, diff)
		}
	}
	if len(editions) != 1 {
		t.Errorf("a clock that stands still makes %d editions", len(editions))
	}
	moved := *o
	moved.Ends, moved.Said = o.Ends.Add(30*time.Hour), o.Ends
	place.Offer, place.Freezes = &moved, frozen(0, 5, 10, 1810)
	w.atPlace(place)
	w.freeze(false)
	w.at(noon.Add(30*time.Hour + 10*time.Minute))
	w.get(path).wants(t, 200, "It is your turn", "20 minutes", "18:30", "You therefore have 1 day 6 hours more than your mail says.", "not", "stands still")
	var got placeJSON
	w.get(path, asJSON...).into(t, &got)
	if got.Frozen || !got.Offer.Ends.Equal(moved.Ends) || editions[got.Edition] {
		t.Errorf("%+v", got)
	}
}

// A clock that is behind where the freeze began still gives a link that works.
func TestPlaceInAFrozenSaleByALateClock(t *testing.T) {
	w := newWorld(t, nil)
	o := &line.Offer{ID: "offer-7", Number: 7, Most: 2, State: sale.OfferOpen, Ends: noon.Add(30 * time.Minute)}
	path := w.atPlace(line.Place{Offer: o, Freezes: frozen(10, -1)})
	late := noon.Add(5 * time.Minute)
	w.at(late)
	w.get(path).wants(t, 200, "Time left: 20 minutes.")
	var got placeJSON
	w.get(path, asJSON...).into(t, &got)
	if _, _, err := link.NewVerifier(w.keys.Public()).Verify(strings.TrimPrefix(got.Offer.URL, "http://checkout.example/c/"), late); err != nil {
		t.Error(err)
	}
}

// TestFrozenStates: what the clock made over when it stopped, and what it may
// not make over while it stands.
func TestFrozenStates(t *testing.T) {
	over := line.State{Sale: testSale(), Frozen: true}
	over.Sale.Dispatch.Ends = noon
	offer := func(ends time.Duration) *line.Offer { return &line.Offer{State: sale.OfferOpen, Ends: noon.Add(ends)} }
	for what, c := range map[string]struct {
		place line.Place
		want  templates.PlaceState
	}{
		"waiting at the end":        {line.Place{Waiting: true}, templates.PlaceWaiting},
		"a link with time":          {line.Place{Offer: offer(-time.Minute), Freezes: frozen(-2, -1)}, templates.PlaceOpen},
		"a link without":            {line.Place{Offer: offer(-2 * time.Minute), Freezes: frozen(-2, -1)}, templates.PlaceClosing},
		"one that is being closed":  {line.Place{Offer: &line.Offer{State: sale.OfferClosing, Ends: noon}, Freezes: frozen(-2, -1)}, templates.PlaceClosing},
		"one whose time has passed": {line.Place{Offer: offer(0)}, templates.PlaceClosing},
	} {
		if got := stateOf(c.place, over, noon); got != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
}

// Who waits is told as well, and promised no time.
func TestWaitingInAFrozenSale(t *testing.T) {
	w := newWorld(t, nil)
	w.at(noon)
	w.fake.set(func(f *fakeLine) {
		f.state.Last, f.state.Reached, f.state.NextBatch, f.state.Period = 9, 3, noon.Add(time.Minute), time.Minute
	})
	w.freeze(true)
	path := w.atPlace(line.Place{Waiting: true})
	w.get(path).wants(t, 200, "until it goes on nobody’s time runs out", "Nobody can say yet", "not", "comes about", "has paused")
	var got placeJSON
	w.get(path, asJSON...).into(t, &got)
	if !got.Frozen || got.Paused || got.Estimate != nil {
		t.Errorf("%+v", got)
	}
	w.get(landing).wants(t, 200, "links that are out keep working")
	w.get("/lakeside-2027/en/progress").wants(t, 200, "links that are out keep working")
	w.get("/lakeside-2027/progress", asJSON...).wants(t, 200, `"frozen":true`, "not", "next_mails")
	w.get("/lakeside-2027", asJSON...).wants(t, 200, `"frozen":true`, `"paused":false`)
	w.freeze(false)
	w.get(landing).wants(t, 200, "not", "links that are out keep working")
}
