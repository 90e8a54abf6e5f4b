package e2e

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/e2e/e2etest"
	"github.com/inturn/inturn/internal/mail/smtptest"
)

// TestEndToEnd plays one whole sale, with everything that fans do in one, on
// every combination of layout and database.
func TestEndToEnd(t *testing.T) {
	t.Parallel()
	for name, layout := range map[string]e2etest.Layout{"together": e2etest.Together, "apart": e2etest.Apart} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e2etest.EachDatabase(t, func(t *testing.T, dsn func() string) {
				t.Parallel()
				play(t, layout, dsn)
			})
		})
	}
}

// scenario is a sale of ten tickets, at most two each, for places 1 to 12:
//
//	1 nell  does nothing, and her link expires
//	2 bob   buys all he may, while the line side is down
//	3 cyd   leaves before her turn, comes back, and is 9
//	4 dan   leaves, takes that back, and buys fewer
//	5 eve   declines
//	6 fay   whose mail scanner opens everything, double-clicks
//	7 gil   withdraws when he has his offer
//	8 hal   gets what was given back first, and buys the last Friday tickets
//	9 cyd   finds Friday sold out
//	10 ivy  gets the last ticket
//	11 jon, 12 kim get a polite decline
//	   lou  finds the line full
//
// Four places are guaranteed.
type scenario struct {
	*testing.T
	*e2etest.Site
	post   *e2etest.Post
	file   e2etest.SaleFile
	places map[string]string // place page by name
	links  map[string]string // of the offer mails that were read
}

const slug = "lake"

func play(t *testing.T, layout e2etest.Layout, dsn func() string) {
	s := start(t, layout, dsn)
	s.signUp()
	s.receipts()
	s.leaveBeforeTheTurn()
	s.fill()
	s.expire()
	s.offerToTheRest()
	s.scan()
	s.buyWhileTheLineIsDown()
	s.giveBack()
	s.buyTwice()
	s.recycle()
	s.lastTicket()
	s.sellOut()
	s.lookBack()
}

func start(t *testing.T, layout e2etest.Layout, dsn func() string) *scenario {
	post := e2etest.NewPost(t, smtptest.Options{})
	s := &scenario{
		T: t, post: post, places: map[string]string{}, links: map[string]string{},
		Site: e2etest.New(t, e2etest.Options{Layout: layout, DSN: dsn, SMTP: post.URL(), Env: map[string]string{"INTURN_LOG_LEVEL": "debug"}}),
		file: e2etest.SaleFile{
			Slug: slug, Guaranteed: 4, Standby: 8, Starts: e2etest.FarOff,
			Tickets: `{max_per_fan: 2, capacity: 10, types: [{id: fri, title: {en: Friday}, stock: 6, price: "85.00"}, {id: sat, title: {en: Saturday}, stock: 6, price: "95.50"}]}`,
		},
	}
	s.Start()
	s.wants("sale apply", s.Apply(s.file), "lake: written as version 1", "!pending")
	s.wants("sale apply", s.Apply(s.file), "lake: nothing new, version 1", "!pending")
	return s
}

// wants looks for pieces in a text or page, and for the absence of those that
// begin with an exclamation mark.
func (s *scenario) wants(what, text string, pieces ...string) {
	s.Helper()
	text = html.UnescapeString(text)
	for _, piece := range pieces {
		piece, not := strings.CutPrefix(piece, "!")
		if strings.Contains(text, piece) == not {
			s.Errorf("%s: %q found: %v, in:\n%s", what, piece, not, text)
		}
	}
}

// says is a text of the product, see [e2etest.Words].
func (s *scenario) says(key string, values ...string) string {
	s.Helper()
	return e2etest.Words(s, key, values...)
}

// answered wants a status and, for JSON, a code.
func (s *scenario) answered(what string, a e2etest.Answer, status int, code string) {
	s.Helper()
	if a.Status != status || a.Code() != code {
		s.Errorf("%s: %d %q, want %d %q: %s", what, a.Status, a.Code(), status, code, a.Body)
	}
}

func address(name string) string { return name + "@fans.example" }

func (s *scenario) landing() string { return s.Registration + "/" + slug }

// join signs a fan up, by JSON or by the form, and checks the answer.
func (s *scenario) join(name string, number int, class string, form bool) {
	s.Helper()
	if form {
		a := s.Submit(s.landing(), e2etest.Email(address(name)))
		if a.Status != http.StatusSeeOther || !strings.HasPrefix(a.Header.Get("Location"), "/"+slug+"/place/") {
			s.Fatalf("sign up %s: %d to %q", name, a.Status, a.Header.Get("Location"))
		}
		s.places[name] = s.Registration + a.Header.Get("Location")
	} else {
		got := s.SignUp(slug, address(name))
		if got.Number != number || got.Class != class {
			s.Fatalf("sign up %s: %+v, want %d %s", name, got, number, class)
		}
		s.places[name] = got.PlaceURL
	}
	p := s.PlaceOf(s.places[name])
	if p.Number != number || p.Class != class || p.Address != address(name) || p.State != "waiting" || p.Offer != nil || p.Order != nil {
		s.Fatalf("place of %s: %+v, want %d %s, waiting", name, p, number, class)
	}
}

// notices wants the page and the JSON of the sale to say the same.
func (s *scenario) notices(notice string, takes bool, pieces ...string) {
	s.Helper()
	var now struct {
		Notice string
		Open   bool
	}
	s.Read(s.landing(), &now)
	if now.Notice != notice || now.Open != takes {
		s.Errorf("the sale says %+v, want %s", now, notice)
	}
	page := s.Page(s.landing() + "/en")
	form := "!<form"
	if takes {
		form = "<form"
	}
	s.wants("landing page", page.Body, append(pieces, form, "!@fans.example")...)
}

// signUp fills the guaranteed places exactly, and half of the others.
func (s *scenario) signUp() {
	for i, name := range []string{"nell", "bob", "cyd", "dan"} {
		s.notices("guaranteed", true, s.says("landing.guaranteed.heading"))
		s.join(name, i+1, "guaranteed", i%2 == 1)
	}
	for i, name := range []string{"eve", "fay", "gil", "hal"} {
		s.notices("standby", true, s.says("landing.standby.heading"), "!"+s.says("landing.guaranteed.heading"))
		s.join(name, i+5, "standby", i%2 == 1)
	}
	s.answered("again", s.Post(s.landing(), e2etest.Email(address("nell"))), http.StatusConflict, "already_in_line")
	s.answered("again, shouting", s.Post(s.landing(), e2etest.Email("NELL@Fans.Example")), http.StatusConflict, "already_in_line")
	s.wants("again, as a page", s.Submit(s.landing(), e2etest.Email(address("nell"))).Body, s.says("already.title"), "!/place/")
	for _, bad := range []string{"", "nell", "nell@", "nell@fans.example, bob@fans.example", "nell@fans.example\r\nBcc: x@y.example", "<nell@fans.example>"} {
		s.answered("bad address "+bad, s.Post(s.landing(), e2etest.Email(bad)), http.StatusUnprocessableEntity, "bad_address")
	}
	page := s.Submit(s.landing(), e2etest.Email("not an address"))
	s.answered("bad address, as a page", page, http.StatusUnprocessableEntity, "")
	s.wants("bad address, as a page", page.Body, `value="not an address"`, "<form")
	s.answered("no such sale", s.Post(s.Registration+"/sea", e2etest.Email(address("nell"))), http.StatusNotFound, "not_found")
}

// receipts wants one each, with the number and the place.
func (s *scenario) receipts() {
	for i, name := range []string{"nell", "bob", "cyd", "dan", "eve", "fay", "gil", "hal"} {
		m := s.post.Await(address(name), e2etest.Receipt)
		if m.PlaceURL() != s.places[name] {
			s.Errorf("receipt of %s links to %q, want %q", name, m.PlaceURL(), s.places[name])
		}
		s.wants("receipt", m.Subject, s.says("mail.receipt.subject", "Number", strconv.Itoa(i+1), "Title", e2etest.Title))
		s.wants("receipt", m.HTML, s.places[name])
	}
}

// leaveBeforeTheTurn withdraws cyd, who comes back at the end, and dan, who
// takes it back.
func (s *scenario) leaveBeforeTheTurn() {
	s.answered("withdraw", s.Post(s.places["cyd"]+"/withdraw", nil), http.StatusNoContent, "")
	if a := s.Submit(s.places["dan"]+"/withdraw", nil); a.Status != http.StatusSeeOther || s.Registration+a.Header.Get("Location") != s.places["dan"] {
		s.Errorf("withdraw by form: %d to %s", a.Status, a.Header.Get("Location"))
	}
	for _, name := range []string{"cyd", "dan"} {
		if p := s.PlaceOf(s.places[name]); p.State != "withdrawn" {
			s.Errorf("%s withdrew and is %s", name, p.State)
		}
	}
	s.wants("left place", s.Page(s.places["dan"]).Body, s.says("place.withdrawn.heading"), s.says("place.rejoin"))
	s.answered("take back", s.Post(s.places["dan"]+"/rejoin", nil), http.StatusNoContent, "")
	if p := s.PlaceOf(s.places["dan"]); p.State != "waiting" || p.Number != 4 || p.Class != "guaranteed" {
		s.Errorf("dan took it back and is %+v", p)
	}
	s.places["cyd, left"] = s.places["cyd"]
	s.join("cyd", 9, "standby", true)
	s.answered("too late", s.Post(s.places["cyd, left"]+"/rejoin", nil), http.StatusConflict, "too_late")
}

// fill takes the last places; after them the form gives way to a notice.
func (s *scenario) fill() {
	for i, name := range []string{"ivy", "jon", "kim"} {
		s.notices("standby", true)
		s.join(name, i+10, "standby", i%2 == 0)
	}
	s.notices("full", false, s.says("landing.full.heading"), e2etest.Alternatives)
	s.answered("full", s.Post(s.landing(), e2etest.Email(address("lou"))), http.StatusGone, "full")
	s.wants("full, as a page", s.Submit(s.landing(), e2etest.Email(address("lou"))).Body, s.says("landing.full.heading"), "!<form")
	s.answered("again, when full", s.Post(s.landing(), e2etest.Email(address("kim"))), http.StatusConflict, "already_in_line")
	s.post.Await(address("kim"), e2etest.Receipt)
}

// expire sets one batch of one short-lived link going: nell's. Nothing else
// is due within the hour, so all that happens is that it runs out.
func (s *scenario) expire() {
	s.file.Starts, s.file.Every, s.file.Batch, s.file.Life = e2etest.LongAgo, "@every 1h", 1, "3s"
	s.wants("sale apply", s.Apply(s.file), "written as version 2", "dispatch.link_life: 1h → 3s", "!pending")
	m := s.offered("nell", 2)
	ends := expiry(s, m.Link())
	if life := ends.Sub(m.Date); life < 3*time.Second {
		s.Errorf("nell's link lives for %v from the hand-over, want 3s", life)
	}
	p := s.AwaitState(s.places["nell"], "expired")
	if time.Now().Before(ends) || p.Offer != nil {
		s.Errorf("expired before %v: %+v", ends, p)
	}
	s.answered("expired link", s.Get(m.Link()), http.StatusGone, "offer_over")
	s.answered("expired link, buying", s.Post(m.Link(), e2etest.Buy("fri", 1)), http.StatusGone, "offer_over")
	s.answered("expired link, declining", s.Post(m.Link()+"/decline", nil), http.StatusGone, "offer_over")
	s.wants("expired link, as a page", s.Page(m.Link()).Body, s.says("checkout.over.expired.title"), "!<form")
	if n := len(s.mailsOf(e2etest.OfferMail)); n != 1 {
		s.Errorf("%d offer mails after the first batch, want 1", n)
	}
}

// expiry is the end that a link itself carries.
func expiry(s *scenario, link string) time.Time {
	s.Helper()
	var claims struct{ Exp int64 }
	if err := readPart(link[strings.LastIndex(link, "/")+1:], 1, &claims); err != nil {
		s.Fatal(err)
	}
	return time.Unix(claims.Exp, 0)
}

// readPart reads one of the three parts of a token.
func readPart(token string, part int, v any) error {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return fmt.Errorf("not a token: %q", token)
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[part])
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, v)
}

func (s *scenario) mailsOf(kind string) []e2etest.Mail {
	var of []e2etest.Mail
	for _, m := range s.post.All() {
		if m.Kind == kind {
			of = append(of, m)
		}
	}
	return of
}
