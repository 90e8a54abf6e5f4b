package console

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

const freezeAt = "/sales/lakeside-2027/freeze"

func toFreeze(why, word string) url.Values { return url.Values{"why": {why}, "confirm": {word}} }

// TestFreezeAndRelease: frozen with a reason and a word, released with a reason,
// each said, done once, and told to the box office at once.
func TestFreezeAndRelease(t *testing.T) {
	h := newHouse(t)
	c := h.crowd("lakeside-2027")
	c.join("one@fans.example")
	c.join("two@fans.example")
	c.batch(2)
	c.mails(line.ResultAccepted)
	c.passes(45 * time.Minute)
	b := h.as("manager")
	b.want(b.get(freezeAt), 200, "the 2 links that are out keep the time that they have", "The sale has never been frozen", "Type “freeze”", "-Release")
	b.want(b.post(freezeAt, toFreeze("the checkout is down", " Freeze ")), 303)
	if st, err := h.line.Sale(t.Context(), "lakeside-2027"); err != nil || !st.Frozen || st.FrozenWhy != "the checkout is down" {
		t.Fatalf("%+v %v", st, err)
	}
	if fs, err := h.box.Freezes(t.Context(), "lakeside-2027"); err != nil || len(fs) != 1 {
		t.Errorf("the box office has %v, %v", fs, err)
	}
	c.passes(20 * time.Minute)
	b.want(b.get(freezeAt), 200, "The sale is frozen: no clock of it runs.", "20 minutes", "Fri 12 Mar 2027, 12:45:00 CET", "manager@lakeside.example: the checkout is down",
		"each of the 2 links that are out keeps the time", "not over yet", `class="phase held">frozen`, "-Type “freeze”", "-could not be told")
	b.want(b.get("/sales/lakeside-2027/steer"), 200, "Frozen since Fri 12 Mar 2027, 12:45:00 CET", ">Release the sale</a>", "their time stands still", "-An incident?")
	b.want(b.post(freezeAt, toFreeze("once more", "freeze")), 303)
	b.want(b.get(freezeAt), 200, "The sale was frozen already.", "manager@lakeside.example: the checkout is down")

	b.want(b.post(freezeAt+"/release", url.Values{"why": {"it is up again"}}), 303)
	b.want(b.get(freezeAt), 200, "The sale goes on. It stood still for 20 minutes; 2 links were given that time.", "it is up again", "20 minutes", "Type “freeze”", "-not over yet")
	p, err := h.line.Place(t.Context(), "lakeside-2027", 1)
	if err != nil || !p.Offer.Ends.Equal(noon.Add(80*time.Minute)) {
		t.Errorf("the first link ends at %v, %v", p.Offer.Ends, err)
	}
	if fs, err := h.box.Freezes(t.Context(), "lakeside-2027"); err != nil || fs.Over() != 1 {
		t.Errorf("the box office has %v, %v", fs, err)
	}
	b.want(b.get("/sales/lakeside-2027/fans/1"), 200, "the time of the offer stood still.", "The sale went on, and the link ends 20 minutes later than its mail said.")
	b.want(b.post(freezeAt+"/release", url.Values{"why": {"once more"}}), 303)
	b.want(b.get(freezeAt), 200, "The sale was not frozen any more.")
	h.as("viewer").want(h.as("viewer").get(freezeAt), 200, "the checkout is down", "-<form method=\"post\" action=\"/sales/lakeside-2027/freeze")
	b.want(b.get("/sales/lakeside-2027/history"), 200, "The sale was frozen: every clock stood still.", "the checkout is down",
		"The sale was released after 20 minutes, given to 2 links.", "it is up again")
}

// What is wrong is said beside it, what was typed is kept, and nothing is done.
func TestFreezeMistyped(t *testing.T) {
	h := newHouse(t)
	b := h.as("manager")
	for typed, wants := range map[*url.Values][]string{
		{"why": {"fire"}, "confirm": {"frieze"}}: {`value="fire"`, `value="frieze"`, "This is not “freeze”.", "-why-wrong"},
		{"why": {""}, "confirm": {"freeze"}}:     {`value="freeze"`, `id="why-wrong"`, "Say why", "-confirm-wrong"},
		{}:                                       {`id="why-wrong"`, `id="confirm-wrong"`},
		{"why": {"a\x01b"}, "confirm": {"freeze"}}:             {`id="why-wrong"`},
		{"why": {strings.Repeat("x", 600)}, "confirm": {"no"}}: {`id="why-wrong"`, `id="confirm-wrong"`},
		{"why": {"<script>"}, "confirm": {"<script>"}}:         {"&lt;script&gt;", "-<script>"},
	} {
		b.want(b.post(freezeAt, *typed), 422, append(wants, "Nothing was done.")...)
	}
	if st, err := h.line.Sale(t.Context(), "lakeside-2027"); err != nil || st.Frozen {
		t.Fatalf("frozen all the same: %v", err)
	}
	b.want(b.post(freezeAt, toFreeze("fire", "freeze")), 303)
	b.want(b.post(freezeAt+"/release", url.Values{}), 422, `id="why-wrong"`, "Nothing was done.")
	if st, err := h.line.Sale(t.Context(), "lakeside-2027"); err != nil || !st.Frozen {
		t.Fatalf("released all the same: %v", err)
	}
}

// deaf is a box office that is not told of freezes.
type deaf struct{ BoxOffice }

func (deaf) Freeze(context.Context, string, []sale.Freeze) error {
	return sale.Wrap(sale.CodeUnavailable, errors.New("cut"), "The box office cannot be reached.")
}

// A box office that cannot be reached does not stop an organizer; the page says
// what it does not know, until it knows.
func TestFreezeWithoutTheBoxOffice(t *testing.T) {
	h := newHouse(t, func(o *Options) { o.BoxOffice = deaf{o.BoxOffice} })
	b := h.as("manager")
	b.want(b.post(freezeAt, toFreeze("the data centre is on fire", "freeze")), 303)
	b.want(b.get(freezeAt), 200, "The sale is frozen", "The box office could not be told yet")
	b.want(b.post(freezeAt+"/release", url.Values{"why": {"out"}}), 303)
	b.want(b.get(freezeAt), 200, "could not be told of the release yet")
	if err := h.line.TellFreezes(t.Context(), "lakeside-2027", h.box.Freeze); err != nil {
		t.Fatal(err)
	}
	b.want(b.get(freezeAt), 200, "-could not be told")
}

// What a release does not set going is said before it.
func TestFrozenAndPausedOrEnded(t *testing.T) {
	h := newHouse(t)
	b := h.as("manager")
	b.want(b.post(freezeAt, toFreeze("fire", "freeze")), 303)
	b.want(b.get(freezeAt), 200, "at the next scheduled moment", "-once the sale is resumed", "-has passed meanwhile")
	if err := h.line.SetPaused(t.Context(), "lakeside-2027", true, "house"); err != nil {
		t.Fatal(err)
	}
	h.at(noon.Add(9 * time.Hour)) // within a session
	b.want(b.get(freezeAt), 200, "once the sale is resumed: it is paused as well")
	s := h.inForce().Sale
	s.Dispatch.Ends = noon.Add(9 * time.Hour)
	if _, err := h.write(t.Context(), h.box, s, line.Edit{Actor: "house", Source: line.FromConsole, Base: s.Version}); err != nil {
		t.Fatal(err)
	}
	b.want(b.get(freezeAt), 200, "The end of the sale has passed meanwhile", `class="phase held">frozen`)
}

// GET shows, and changes nothing.
func TestLookingAtFreezes(t *testing.T) {
	h := newHouse(t)
	before, err := h.line.Incidents(t.Context(), "lakeside-2027")
	if err != nil {
		t.Fatal(err)
	}
	h.as("manager").get(freezeAt)
	h.as("manager").want(h.as("manager").get(freezeAt+"/release"), 405)
	after, err := h.line.Incidents(t.Context(), "lakeside-2027")
	if err != nil || !cmp.Equal(before, after) {
		t.Errorf("%v, %v", after, err)
	}
}
