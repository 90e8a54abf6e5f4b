package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/e2e/e2etest"
)

func (s *scenario) show(v any) {
	s.Helper()
	if err := json.Unmarshal([]byte(s.Inturn("sale", "show", slug, "--json")), v); err != nil {
		s.Fatal(err)
	}
}

// giveBack: dan buys one of two, eve declines, gil withdraws; five tickets.
func (s *scenario) giveBack() {
	order := s.Order(s.links["dan"], e2etest.Buy("fri", 1))
	s.confirmed("dan", order)

	s.answered("decline", s.Post(s.links["eve"]+"/decline", nil), http.StatusNoContent, "")
	s.answered("decline again", s.Post(s.links["eve"]+"/decline", nil), http.StatusNoContent, "")
	s.answered("a declined link", s.Post(s.links["eve"], e2etest.Buy("sat", 1)), http.StatusGone, "offer_over")
	s.wants("a declined link", s.Page(s.links["eve"]).Body, s.says("checkout.over.declined.title"))
	s.AwaitState(s.places["eve"], "declined")

	if a := s.Submit(s.places["gil"]+"/withdraw", nil); a.Status != http.StatusSeeOther {
		s.Errorf("gil withdraws: %d", a.Status)
	}
	e2etest.Until(s, "the withdrawn link is over", func() bool { return s.Get(s.links["gil"]).Status == http.StatusGone })
	s.answered("a withdrawn link", s.Post(s.links["gil"], e2etest.Buy("sat", 1)), http.StatusGone, "offer_over")
	if p := s.PlaceOf(s.places["gil"]); p.State != "withdrawn" {
		s.Errorf("gil withdrew and is %s", p.State)
	}
}

// buyTwice is fay, who asks for what she may not have, then double-clicks.
func (s *scenario) buyTwice() {
	link := s.links["fay"]
	for _, wrong := range []struct {
		what, form string
		status     int
		code       string
	}{
		{"more than the offer", "qty.fri=3", http.StatusConflict, "too_many_tickets"},
		{"more than the offer, in two types", "qty.fri=2&qty.sat=1", http.StatusConflict, "too_many_tickets"},
		{"less than nothing", "qty.fri=-1", http.StatusUnprocessableEntity, "bad_quantity"},
		{"a sum by way of less than nothing", "qty.fri=-1&qty.sat=3", http.StatusUnprocessableEntity, "bad_quantity"},
		{"half a ticket", "qty.fri=0.5", http.StatusUnprocessableEntity, "bad_quantity"},
		{"nonsense", "qty.fri=two", http.StatusUnprocessableEntity, "bad_quantity"},
		{"a type twice", "qty.fri=1&qty.fri=1", http.StatusUnprocessableEntity, "bad_quantity"},
		{"an unknown type", "qty.vip=1", http.StatusUnprocessableEntity, "bad_quantity"},
	} {
		s.answered(wrong.what, s.Post(link, query(s, wrong.form)), wrong.status, wrong.code)
	}
	buy := e2etest.Request{Method: http.MethodPost, URL: link, Form: e2etest.Buy("fri", 2), JSON: true, Key: "fay-1"}
	answers := make(chan e2etest.Answer)
	for range 2 {
		go func() {
			a, err := e2etest.Send(s.Context(), buy)
			if err != nil {
				s.Error(err)
			}
			answers <- a
		}()
	}
	one, two := <-answers, <-answers
	if one.Status != http.StatusCreated || one.Body != two.Body {
		s.Errorf("a double click: %d %s\n%d %s", one.Status, one.Body, two.Status, two.Body)
	}
	var order e2etest.Order
	if err := one.Into(http.StatusCreated, &order); err != nil {
		s.Fatal(err)
	}
	buy.Form = e2etest.Buy("fri", 1)
	sameKey, err := e2etest.Send(s.Context(), buy)
	if err != nil {
		s.Fatal(err)
	}
	s.answered("another body, same key", sameKey, http.StatusConflict, "idempotency_reused")
	other := s.Post(link, e2etest.Buy("sat", 1))
	s.answered("another body", other, http.StatusConflict, "already_bought")
	s.wants("another body", other.Body, order.Order, order.URL)
	s.answered("declining what was bought", s.Post(link+"/decline", nil), http.StatusConflict, "already_bought")
	s.wants("a bought link", s.Page(link).Body, order.Order, "!<form")
	s.confirmed("fay", order)
}

// query reads a form as it stands on the wire.
func query(s *scenario, raw string) url.Values {
	s.Helper()
	form, err := url.ParseQuery(raw)
	if err != nil {
		s.Fatal(err)
	}
	return form
}

// recycle: what was given back goes to hal and then to cyd, in order.
func (s *scenario) recycle() {
	hal, cyd := s.open("hal", 2), s.open("cyd", 2)
	s.inOrder("nell", "bob|dan|eve", "fay|gil", "cyd|hal")
	s.confirmed("hal", s.Order(hal, e2etest.Buy("fri", 2)))

	o := s.OfferOf(cyd)
	if o.Left("fri") != 0 || o.Left("sat") == 0 || o.Alternatives != e2etest.Alternatives {
		s.Errorf("Friday is sold out, and cyd's offer says %+v", o)
	}
	s.wants("offer page", s.Page(cyd).Body, s.says("checkout.soldout.tag"), e2etest.Alternatives, `name="qty.sat"`, `!name="qty.fri"`)
	s.answered("a sold-out type", s.Post(cyd, e2etest.Buy("fri", 1)), http.StatusConflict, "too_many_tickets")
	s.confirmed("cyd", s.Order(cyd, e2etest.Buy("sat", 2)))
}

// lastTicket: one is left, and it is offered alone once nothing else can come
// back.
func (s *scenario) lastTicket() {
	link := s.open("ivy", 1)
	s.answered("two of one", s.Post(link, e2etest.Buy("sat", 2)), http.StatusConflict, "too_many_tickets")
	s.confirmed("ivy", s.Order(link, e2etest.Buy("sat", 1)))
}

// sellOut wants polite declines for those who still wait, and nobody else.
func (s *scenario) sellOut() {
	for _, name := range []string{"jon", "kim"} {
		m := s.post.Await(address(name), e2etest.Decline)
		s.wants("decline", m.Text, e2etest.Alternatives, s.places[name])
		s.wants("decline", m.HTML, e2etest.Alternatives)
		s.AwaitState(s.places[name], "soldout")
	}
	var now struct {
		SoldOut bool `json:"sold_out"`
	}
	e2etest.Until(s, "the sale says that it is sold out", func() bool {
		s.Read(s.landing(), &now)
		return now.SoldOut
	})
	if stock := s.stock(); stock != (pool{Pool: "capacity", Issued: 10, Sold: 10}) {
		s.Errorf("stock %+v", stock)
	}
}

// lookBack is what an organizer sees in the end, and what nobody may see.
func (s *scenario) lookBack() {
	s.doorList()
	s.Verify()
	s.Stop()
	s.Verify()
	s.allMails()
	s.nobodyIsTold()
}

// doorRow is one order of `orders --json`.
type doorRow struct {
	Code, State, Amount, Currency, Address string
	Number                                 int
	Tickets                                []struct{ Code, Type string }
}

func (s *scenario) doorList() {
	var rows []doorRow
	if err := json.Unmarshal([]byte(s.Inturn("orders", slug, "--json")), &rows); err != nil {
		s.Fatal(err)
	}
	got, codes := map[string]string{}, map[string]bool{}
	for _, row := range rows {
		var types []string
		for _, ticket := range row.Tickets {
			types = append(types, ticket.Type)
			codes[ticket.Code] = true
		}
		got[strings.TrimSuffix(row.Address, "@fans.example")] = row.Amount + " " + strings.Join(types, " ")
	}
	want := map[string]string{
		"bob": "180.50 fri sat", "dan": "85.00 fri", "fay": "170.00 fri fri", "hal": "170.00 fri fri",
		"cyd": "191.00 sat sat", "ivy": "95.50 sat",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		s.Errorf("door list: %s", diff)
	}
	if len(codes) != 10 {
		s.Errorf("%d different ticket codes, want 10", len(codes))
	}
	csv := strings.Split(strings.TrimSpace(s.Inturn("orders", slug, "--csv")), "\n")
	if len(csv) != 1+len(rows) || !strings.HasPrefix(csv[0], "code,tickets,amount,address") {
		s.Errorf("CSV: %q", csv)
	}
	s.wants("CSV", strings.Join(csv, "\n"), ",2,180.50,bob@fans.example,", ",1,95.50,ivy@fans.example,")
}

// allMails counts every mail of the sale: each was sent exactly once, to one
// recipient, and names nobody else. Of the withdrawals gil's is confirmed;
// those that cyd and dan took back were, when the mail was quicker.
func (s *scenario) allMails() {
	got, left := map[string]string{}, map[string]int{}
	e2etest.Until(s, "gil's withdrawal is confirmed", func() bool {
		return slices.ContainsFunc(s.post.All(), func(m e2etest.Mail) bool { return m.Kind == "withdrawn" && strings.HasPrefix(m.To, "gil@") })
	})
	for _, m := range s.post.All() {
		name := strings.TrimSuffix(m.To, "@fans.example")
		if m.Kind == "withdrawn" {
			left[name]++
		} else {
			got[name] = strings.TrimSpace(got[name] + " " + m.Kind)
		}
		if !slices.Equal(m.Recipients, []string{m.To}) {
			s.Errorf("%s mail for %s went to %v", m.Kind, m.To, m.Recipients)
		}
		if m.Text == "" || m.HTML == "" || m.Headers.Get("Reply-To") != "<help@lake.example>" || m.Headers.Get("Cc")+m.Headers.Get("Bcc") != "" {
			s.Errorf("%s mail for %s: %v", m.Kind, m.To, m.Headers)
		}
		for other := range s.places {
			if other != name && strings.Contains(m.Raw+m.Text+m.HTML, other+"@fans.example") {
				s.Errorf("%s mail for %s names %s", m.Kind, name, other)
			}
		}
	}
	want := map[string]string{
		"nell": "receipt offer", "bob": "receipt offer order", "cyd": "receipt offer order", "dan": "receipt offer order",
		"eve": "receipt offer", "fay": "receipt offer order", "gil": "receipt offer", "hal": "receipt offer order",
		"ivy": "receipt offer order", "jon": "receipt decline", "kim": "receipt decline",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		s.Errorf("mails: %s", diff)
	}
	for name, n := range left {
		if n != 1 || !slices.Contains([]string{"gil", "cyd", "dan"}, name) {
			s.Errorf("%d withdrawals of %s were confirmed", n, name)
		}
	}
}

// nobodyIsTold wants no address, link or receipt in a log, no error in a sale
// in which nothing went wrong, and no address at the box office.
func (s *scenario) nobodyIsTold() {
	logs := s.Logs()
	secrets := []string{"fans.example", "/c/ey"}
	for _, link := range s.links {
		secrets = append(secrets, link[strings.LastIndex(link, "/")+1:])
	}
	for _, place := range s.places {
		secrets = append(secrets, place[strings.LastIndex(place, "/")+1:])
	}
	for _, secret := range append(secrets, `"level":"ERROR"`) {
		if i := strings.Index(logs, secret); i >= 0 {
			s.Errorf("%q is in the log: %s", secret, logs[max(0, i-200):min(len(logs), i+200)])
		}
	}
	files, err := filepath.Glob(filepath.Join(s.Box.Env["INTURN_DATA"], "boxoffice.db*"))
	if err != nil {
		s.Fatal(err)
	}
	if s.Box != s.Line {
		if more, _ := filepath.Glob(filepath.Join(s.Box.Env["INTURN_DATA"], "*")); len(more) > len(files) {
			s.Errorf("the box office has more than its database: %v", more)
		}
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			s.Fatal(err)
		}
		if strings.Contains(string(data), "fans.example") {
			s.Errorf("the box office knows an address: %s", filepath.Base(file))
		}
	}
}
