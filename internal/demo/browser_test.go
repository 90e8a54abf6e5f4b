package demo

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

func read(t *testing.T, at, text string) page {
	t.Helper()
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	return page{status: 200, at: u, root: root}
}

const offerPage = `<p class="lead">Up to 4 tickets are reserved for you.</p>
<form method="post"><input type="hidden" name="version" value="3">
<select name="qty.seat"><option value="0">0</option><option value="1">1</option></select>
<input type="number" name="qty.lawn" min="0" max="4" value="0"><button>Order</button></form>
<form method="post" action="/c/x/decline"><button>Give back</button></form>`

func TestFormsAreFilledIn(t *testing.T) {
	p := read(t, "http://shop.example/c/x", offerPage)
	f, ok := p.form("version")
	if !ok || f.action != "http://shop.example/c/x" || p.most() != 4 {
		t.Fatalf("form %v %q, most %d", ok, f.action, p.most())
	}
	for _, c := range []struct {
		wants, likes, got int
		body              string
	}{
		{3, 0, 3, "qty.lawn=2&qty.seat=1&version=3"}, // the one seat, and the rest elsewhere
		{3, 1, 3, "qty.lawn=3&qty.seat=0&version=3"},
		{9, 0, 5, "qty.lawn=4&qty.seat=1&version=3"},
		{0, 0, 0, "qty.lawn=0&qty.seat=0&version=3"},
	} {
		if got := f.order(c.wants, c.likes); got != c.got || f.fields.Encode() != c.body {
			t.Errorf("wants %d, likes %d: got %d, sends %s", c.wants, c.likes, got, f.fields.Encode())
		}
	}
	if decline, ok := p.formTo("/decline"); !ok || decline.action != "http://shop.example/c/x/decline" {
		t.Errorf("decline: %v %q", ok, decline.action)
	}
	if _, ok := p.form("email"); ok {
		t.Error("there is no such form")
	}
}

func TestPagesAreRead(t *testing.T) {
	place := read(t, "http://line.example/demo/place/r", `<h1>Your number <span class="number">1,234</span></h1><section class="card state soldout"></section>`)
	if place.number() != 1234 || place.state() != "soldout" || place.notice() != "" {
		t.Errorf("place page: number %d, state %q", place.number(), place.state())
	}
	order := read(t, "http://shop.example/order/r", `<p class="code"> K7QP </p><table><tr><th>Seat <code>A1</code></th><td>x</td></tr><tr><th>Seat <code>A2</code></th></tr></table>`)
	if diff := cmp.Diff([]string{"A1", "A2"}, order.tickets()); order.orderCode() != "K7QP" || diff != "" {
		t.Errorf("order page: %q %s", order.orderCode(), diff)
	}
	landing := read(t, "http://line.example/demo", `<section class="card notice full"><h2>Full</h2></section>`)
	if landing.notice() != "full" || landing.orderCode() != "" || landing.most() != 0 {
		t.Errorf("landing page: %q", landing.notice())
	}
}
