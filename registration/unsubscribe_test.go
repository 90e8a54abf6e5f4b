package registration

import (
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

const clicked = "List-Unsubscribe=One-Click"

// TestUnsubscribeWithOneClick is RFC 8058 from a mail program's side: a POST
// with that one field and nothing that a browser sends, answered without a
// redirect, any number of times. It can be taken back.
func TestUnsubscribeWithOneClick(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		w, l := realWorld(t, dsn(), testSale())
		path := w.do("POST", "/lakeside-2027", "email=fan@example.org").header.Get("Location")
		for range 2 {
			a := w.do("POST", path+"/withdraw", clicked)
			a.wants(t, 200, "You have left the line")
			if a.header.Get("Location") != "" || a.header.Get("Set-Cookie") != "" {
				t.Errorf("answered with %v", a.header)
			}
			p, err := l.Place(t.Context(), "lakeside-2027", 1)
			if err != nil || !p.Withdrawn {
				t.Errorf("withdrawn %v, %v", p.Withdrawn, err)
			}
		}
		w.do("POST", path+"/rejoin", "").wants(t, 303)
		w.get(path).wants(t, 200, "You are in line")
		multipart := strings.ReplaceAll("--b\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\n\nOne-Click\n--b--\n", "\n", "\r\n")
		w.do("POST", path+"/withdraw", multipart, "Content-Type", "multipart/form-data; boundary=b").wants(t, 200, "You have left the line")
		w.do("POST", path+"/rejoin", "").wants(t, 303)

		// The page's own form and programs are answered as ever.
		w.do("POST", path+"/withdraw", "").wants(t, 303)
		w.do("POST", path+"/rejoin", "").wants(t, 303)
		w.do("POST", path+"/withdraw", "", asJSON...).wants(t, 204)
	})
}

// TestUnsubscribeIsNoWayIn: what a browser sends from another site is
// refused, whatever it contains, and so is who has no receipt.
func TestUnsubscribeIsNoWayIn(t *testing.T) {
	w := newWorld(t, nil)
	path := w.atPlace(line.Place{Waiting: true})
	w.do("POST", path+"/withdraw", clicked, "Sec-Fetch-Site", "cross-site", "Origin", "https://other.example").wants(t, 403)
	w.do("POST", path+"/withdraw", clicked, "Origin", "https://other.example").wants(t, 403)
	w.do("POST", path+"x/withdraw", clicked).wants(t, 404)
	w.do("POST", path+"/withdraw?"+clicked, "").wants(t, 303) // an address changes nothing about what is meant
	if len(w.fake.moved) != 1 {
		t.Errorf("moved %v", w.fake.moved)
	}
}

// TestUnsubscribeWithTickets: a purchase stands, and the mail program hears
// that it was understood.
func TestUnsubscribeWithTickets(t *testing.T) {
	w := newWorld(t, nil)
	path := w.atPlace(line.Place{Offer: &line.Offer{State: sale.OfferBought, Order: testOrder(sale.OrderConfirmed)}})
	w.do("POST", path+"/withdraw", clicked).wants(t, 200, "not", "You have left the line")
}

// TestUnsubscribeAddressAsks: scanners and old mail programs open the address
// of List-Unsubscribe. It leads to the question and leaves it to the fan.
func TestUnsubscribeAddressAsks(t *testing.T) {
	w := newWorld(t, nil)
	path := w.atPlace(line.Place{Waiting: true})
	for _, method := range []string{"GET", "HEAD"} {
		a := w.do(method, path+"/withdraw", "")
		a.wants(t, 303)
		if at := a.header.Get("Location"); at != path+"?leave=1#leave" {
			t.Errorf("%s leads to %s", method, at)
		}
	}
	w.get(path+"?leave=1").wants(t, 200, `id="leave" open>`)
	w.get(path).wants(t, 200, `id="leave">`)
	if len(w.fake.moved) != 0 {
		t.Errorf("moved %v", w.fake.moved)
	}
}

// TestUnsubscribeAddressLeadsNowhereElse: what is no address of ours is no
// way to another site, however it is written.
func TestUnsubscribeAddressLeadsNowhereElse(t *testing.T) {
	w := newWorld(t, nil)
	path := w.atPlace(line.Place{Waiting: true})
	for _, p := range []string{"/%5Cother.example/place/x", "/%5C%5Cother.example/place/x", "/%2Fother.example/place/x", "/no-such-sale/place/x", path + "x"} {
		a := w.do("GET", p+"/withdraw", "")
		a.wants(t, 404)
		if at := a.header.Get("Location"); at != "" {
			t.Errorf("%s leads to %s", p, at)
		}
	}
}
