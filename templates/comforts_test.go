package templates

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/browsertest"
	"github.com/inturn/inturn/internal/sale"
)

const timeLeft = "[data-ends]"

// TestTimeLeft: the time left runs by the server's clock, is read aloud at
// 10, 5 and 1 minutes only, and its end takes nothing away.
func TestTimeLeft(t *testing.T) {
	s := newStage(t)
	p := offerFor(12*time.Minute + 30*time.Second)
	s.set(func(s *stage) { s.json = `{"edition":"` + p.Edition() + `"}` })
	s.open(func(w io.Writer) error { return s.ts.OfferPage(w, p) })
	s.says(timeLeft, "Time left: 12 minutes.") // by the machine's own clock it would be over
	s.js(`document.querySelector('#qty-fri').value = 2`)
	s.pass(40 * time.Second)
	s.says(timeLeft, "Time left: 11 minutes.")
	s.heard()
	s.pass(2 * time.Minute)
	s.heard("Time left: 10 minutes.")
	s.pass(6 * time.Minute)
	s.heard("Time left: 5 minutes.")
	s.pass(3 * time.Minute)
	s.heard("Time left: 1 minute.")
	if got := s.Text(timeLeft); !strings.HasSuffix(got, " seconds.") || strings.Contains(got, "minute") {
		t.Errorf("less than a minute is %q", got)
	}
	s.pass(time.Minute)
	over := s.js(`document.querySelector('[data-ends]').dataset.over`)
	s.says(timeLeft, over)
	s.heard(over)
	if got := s.js(`document.querySelector('#qty-fri').value + document.querySelector('.choice button').disabled`); got != "2false" {
		t.Errorf("after the end the choice is %s", got)
	}
	if n := s.count("json"); n < 8 || n > 20 {
		t.Errorf("the offer page asked %d times in twelve minutes", n)
	}
	if n := s.count("GET"); n != 1 {
		t.Errorf("the offer page was fetched %d times, and nothing had changed", n)
	}
	s.quiet()
}

// TestTimeStandsStill: an offer's page that is open when its sale is frozen
// says so, stops counting, and goes on with the new end; what was chosen stays.
func TestTimeStandsStill(t *testing.T) {
	s := newStage(t)
	show := func(p OfferPage) {
		s.set(func(s *stage) {
			s.html = func(w io.Writer) error { return s.ts.OfferPage(w, p) }
			s.json = `{"edition":"` + p.Edition() + `"}`
		})
	}
	running := offerFor(12*time.Minute + 30*time.Second)
	show(running)
	s.Goto(s.url + "/")
	s.js(`document.querySelector('#qty-fri').value = 2`)
	s.pass(time.Minute)
	frozen := running
	frozen.Frozen, frozen.Left, frozen.Now = true, 11*time.Minute, running.Now.Add(90*time.Second)
	show(frozen)
	s.pass(2 * time.Minute)
	s.says("#time span", "The clock stands still")
	s.heard("The clock stands still")
	const left = "Time left: 11 minutes. It runs on only when the sale does."
	s.says("[data-part=time] .big", left)
	if s.js(`document.querySelector('[data-ends]')`) != "null" {
		t.Error("a clock that stands still is counted down")
	}
	s.pass(20 * time.Minute)
	s.says("[data-part=time] .big", left)
	s.heard()
	on := running
	on.Now = running.Now.Add(23 * time.Minute)
	on.Ends, on.Left, on.Moved = on.Now.Add(11*time.Minute), 11*time.Minute, 20*time.Minute
	show(on)
	s.pass(30 * time.Second)
	s.says("#time span", "Reserved for you until")
	s.heard("Reserved for you until")
	s.says("[data-part=time] .aside", "The sale stood still for a while. You therefore have 20 minutes more than your mail says.")
	if got := s.js(`document.querySelector('#qty-fri').value`); got != "2" {
		t.Errorf("after all that, the choice is %s", got)
	}
	s.pass(2 * time.Minute)
	s.heard("Time left: 10 minutes.")
	s.quiet()
}

// TestFrozenAtTheLastMoment: a page whose time ran out by its own reckoning
// asks once more, and comes back to life when the sale was frozen before.
func TestFrozenAtTheLastMoment(t *testing.T) {
	s := newStage(t)
	p := offerFor(20 * time.Second)
	s.set(func(s *stage) { s.json = `{"edition":"` + p.Edition() + `"}` })
	s.open(func(w io.Writer) error { return s.ts.OfferPage(w, p) })
	p.Frozen, p.Left = true, 5*time.Second
	s.set(func(s *stage) { s.json = `{"edition":"` + p.Edition() + `"}` })
	s.pass(30 * time.Second)
	s.says("#time span", "The clock stands still")
	s.quiet()
}

// TestOfferPageThatIsAnOrderNow: one that was bought in another window is not
// asked about any more.
func TestOfferPageThatIsAnOrderNow(t *testing.T) {
	s := newStage(t)
	p := offerFor(time.Hour)
	s.set(func(s *stage) { s.json = `{"order":"K7QM-3XPA"}` })
	s.open(func(w io.Writer) error { return s.ts.OfferPage(w, p) })
	s.pass(20 * time.Minute)
	if n := s.count("json"); n != 1 {
		t.Errorf("asked %d times", n)
	}
	s.quiet()
}

// TestTimeLeftAsTheServerWrites: the script cuts and words a time exactly as
// the page did without it.
func TestTimeLeftAsTheServerWrites(t *testing.T) {
	s := newStage(t)
	for _, lang := range s.ts.Languages() {
		write := s.ts.funcs(lang)["left"].(func(time.Duration) (string, error))
		var want, got []string
		for _, d := range []time.Duration{
			0, time.Second, 59 * time.Second, time.Minute, 61 * time.Second, 9*time.Minute + 59*time.Second, 10 * time.Minute,
			59*time.Minute + 59*time.Second, time.Hour, 61 * time.Minute, 25 * time.Hour, 49*time.Hour + time.Minute, 24 * time.Hour,
		} {
			text, err := write(d)
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, text)
			p := offerFor(d + 900*time.Millisecond)
			p.Lang = lang
			s.open(func(w io.Writer) error { return s.ts.OfferPage(w, p) })
			lead, _, _ := strings.Cut(s.js(`document.querySelector('[data-ends]').dataset.text`), "{left}")
			got = append(got, strings.TrimSuffix(strings.TrimPrefix(s.js(`document.querySelector('[data-ends]').textContent`), lead), "."))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", lang, diff)
		}
	}
	s.quiet()
}

// TestChoiceOutlivesReload: what was chosen is there again after a reload by
// accident, and added up as the server writes money.
func TestChoiceOutlivesReload(t *testing.T) {
	s := newStage(t)
	p := offerFor(time.Hour)
	page := func(w io.Writer) error { return s.ts.OfferPage(w, p) }
	choose := func(id, n string) {
		s.js(`(() => { const f = document.querySelector('#qty-` + id + `'); f.value = '` + n + `'; f.dispatchEvent(new Event('input', {bubbles: true})); })()`)
	}
	total := func() string {
		return strings.ReplaceAll(s.js(`document.querySelector('.total').hidden ? '' : document.querySelector('#total').textContent`), "\u00a0", " ")
	}
	chosen := func() string {
		return s.js(`['fri', 'sat'].map((id) => document.querySelector('#qty-' + id).value).join()`)
	}
	s.open(page)
	if got := total(); got != "" {
		t.Errorf("nothing chosen costs %q", got)
	}
	choose("fri", "1")
	choose("sat", "2")
	for range 2 {
		if got := total(); got != "CHF 276.00" || chosen() != "1,2" {
			t.Errorf("chosen %s, total %q", chosen(), got)
		}
		s.open(page)
	}
	choose("sat", "4")
	if got := total(); got != "That is more than the 4 tickets reserved for you." {
		t.Errorf("too many: %q", got)
	}
	// What the server says of a refused purchase wins.
	p.Problem, p.Types[0].Chosen = "too_many_tickets", 3
	s.open(page)
	if got := chosen(); got != "3,0" {
		t.Errorf("after a refusal: %s", got)
	}
	// What was kept and cannot be had any more is forgotten.
	p.Problem, p.Types[0].Chosen, p.Types[1].Most = "", 0, 1
	s.open(page)
	if got := chosen(); got != "1,0" {
		t.Errorf("when fewer are left: %s", got)
	}
	for _, lang := range s.ts.Languages() {
		for _, code := range []string{"CHF", "EUR", "JPY"} {
			p.Lang, p.Sale.Currency = lang, code
			s.open(page)
			want, err := s.ts.funcs(lang)["money"].(func(int64, string) (string, error))(8500, code)
			if err != nil {
				t.Fatal(err)
			}
			if got := total(); got != strings.ReplaceAll(want, "\u00a0", " ") {
				t.Errorf("%s: %q, but the server writes %q", lang, got, want)
			}
		}
	}
	s.quiet()
}

// TestButtonsSendOnce: a second press sends nothing, and a button is never
// locked for good.
func TestButtonsSendOnce(t *testing.T) {
	s := newStage(t)
	s.open(func(w io.Writer) error { return s.ts.OfferPage(w, offerFor(time.Hour)) })
	button := ".choice button"
	s.Click(button)
	s.Click(button)
	s.says(button, "One moment, please…")
	s.pass(9 * time.Second)
	s.says(button, "Order, and pay on site")
	browsertest.Evaluate[bool](s.Browser, `fetch('/ping', {method: 'PUT'}).then(() => true)`) // after the first post, on the same line
	if n := s.count(http.MethodPost); n != 1 {
		t.Errorf("sent %d times", n)
	}
	s.Click(button)
	s.says(button, "One moment, please…")
	s.quiet()
}

func placeFor(state PlaceState, reached int) PlacePage {
	return PlacePage{
		Frame: sampleFrame("en"), State: state, Now: noon, Number: 300, Class: sale.Guaranteed, Address: "ann@fans.example",
		Reached: reached, Most: 2, Link: "/c/token", Ends: noon.Add(time.Hour), Left: time.Hour, LandingURL: "/", WithdrawURL: "/withdraw",
	}
}

// TestPlaceFollows: the page follows what happens, takes nothing away from
// whoever is doing something on it, and asks politely.
func TestPlaceFollows(t *testing.T) {
	s := newStage(t)
	become := func(d PlacePage) {
		s.set(func(s *stage) {
			s.html = func(w io.Writer) error { return s.ts.PlacePage(w, d) }
			s.json = `{"edition":"` + d.Edition() + `","now":"` + d.Now.Format(time.RFC3339Nano) + `"}`
		})
	}
	become(placeFor(PlaceWaiting, 100))
	s.Goto(s.url + "/")
	s.pass(time.Minute)
	if n := s.count("GET"); n != 1 {
		t.Errorf("%d pages while nothing happens", n)
	}
	if n := s.count("json"); n < 1 || n > 3 {
		t.Errorf("%d questions in a minute", n)
	}
	s.Click("details.leave summary")
	become(placeFor(PlaceWaiting, 200))
	s.pass(time.Minute)
	if got := s.Text(".facts"); !strings.Contains(got, "number 200") || strings.Contains(got, "number 100") {
		t.Errorf("the line has reached 200, and the page says %q", got)
	}
	s.heard()
	if got := s.js(`document.querySelector('details.leave').open && document.activeElement.tagName`); got != "SUMMARY" {
		t.Errorf("what was opened and where the focus was: %s", got)
	}
	become(placeFor(PlaceOpen, 300))
	s.pass(time.Minute)
	s.says(".state h2", "It is your turn")
	s.heard("It is your turn")
	if got := s.js("document.title"); !strings.Contains(got, "It is your turn") {
		t.Errorf("the title is %q", got)
	}
	if got := s.Text(timeLeft); !strings.HasPrefix(got, "Time left: ") {
		t.Errorf("the time does not run: %q", got)
	}
	s.js(`document.querySelector('a.button').focus()`)
	fewer := placeFor(PlaceOpen, 300)
	fewer.Most = 1
	become(fewer)
	s.pass(time.Minute)
	if got := s.js(`document.activeElement.textContent`); got != "Get your ticket" {
		t.Errorf("the focus went to %q", got)
	}
	s.quiet()
}

// TestPlaceAsksPolitely: nobody asks for a page that nobody looks at, a
// server in trouble is left alone for as long as it says, and a page that can
// say nothing else does not ask.
func TestPlaceAsksPolitely(t *testing.T) {
	s := newStage(t)
	d := placeFor(PlaceWaiting, 100)
	s.set(func(s *stage) {
		s.json = `{"edition":"` + d.Edition() + `","now":"` + noon.Add(4*time.Minute).Format(time.RFC3339Nano) + `"}`
	})
	s.open(func(w io.Writer) error { return s.ts.PlacePage(w, d) })
	s.js("away = true")
	s.pass(time.Hour)
	if n := s.count("json"); n != 0 {
		t.Errorf("%d questions by a page that nobody sees", n)
	}
	s.js("away = false, document.dispatchEvent(new Event('visibilitychange'))")
	s.pass(time.Second)
	if n := s.count("json"); n != 1 {
		t.Errorf("%d questions when somebody looks again", n)
	}
	s.says("time[data-zone]", "12:04 CET")
	s.set(func(s *stage) {
		s.answer = func(w http.ResponseWriter, r *http.Request) bool {
			w.Header().Set("Retry-After", "900")
			w.WriteHeader(http.StatusServiceUnavailable)
			return true
		}
	})
	s.pass(time.Minute)
	before := s.count("json")
	s.pass(14 * time.Minute)
	if n := s.count("json"); n != before {
		t.Errorf("%d questions although it was asked to wait", n-before)
	}
	s.set(func(s *stage) {
		s.answer = func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(500); return true }
	})
	s.pass(20 * time.Minute)
	if n := s.count("json") - before; n < 2 || n > 8 {
		t.Errorf("%d questions in 20 minutes to a server that is down", n)
	}
	before = s.count("json")
	s.set(func(s *stage) { s.answer = nil })
	s.pass(10 * time.Minute)
	if n := s.count("json") - before; n < 5 {
		t.Errorf("%d questions in ten minutes after it is well again", n)
	}
	d = placeFor(PlaceExpired, 300)
	s.open(func(w io.Writer) error { return s.ts.PlacePage(w, d) })
	before = s.count("json")
	s.pass(time.Hour)
	if n := s.count("json"); n != before {
		t.Errorf("%d questions where nothing else can come", n-before)
	}
}

// TestCountdown: the time to the opening is text, by the server's clock; when
// it has come the form is there without a reload, and a server that is not
// there yet is asked less and less.
func TestCountdown(t *testing.T) {
	s := newStage(t)
	d := LandingPage{Frame: sampleFrame("en"), Notice: NoticeBefore, Action: "/lakeside-2027"}
	d.Sale.Registration.Opens = noon.Add(2*time.Hour + 30*time.Second)
	s.open(func(w io.Writer) error { return s.ts.LandingPage(w, d) })
	s.says("[data-opens]", "That is in 2 hours.")
	s.pass(2 * time.Hour)
	if got := s.Text("[data-opens]"); !strings.HasSuffix(got, " seconds.") {
		t.Errorf("half a minute before: %q", got)
	}
	asked := s.count("GET")
	s.pass(31 * time.Second)
	s.says("[data-opens]", "It is time. The form appears here in a moment.")
	s.pass(2 * time.Minute)
	if n := s.count("GET") - asked; n < 3 || n > 8 {
		t.Errorf("asked %d times in two minutes", n)
	}
	d.Notice = NoticeGuaranteed
	s.set(func(*stage) {})
	s.pass(2 * time.Minute)
	s.says("#notice", "Register now, and your turn is guaranteed")
	s.heard("Register now, and your turn is guaranteed")
	if n := s.js(`document.querySelectorAll('form.signup').length + document.title`); n != "1Lakeside <Festival> 2027" {
		t.Errorf("the form: %s", n)
	}
	s.quiet()
}
