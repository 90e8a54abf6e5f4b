package e2etest

import (
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Place is what a place page tells as JSON.
type Place struct {
	Number, Reached int
	Class, State    string
	Address         string
	Offer           *struct {
		Most int
		Ends time.Time
		URL  string
	}
	Order *struct {
		Code, State, URL string
		Tickets          int
	}
}

// Offer is what a link opens, as JSON.
type Offer struct {
	Sale         string
	Version      int64
	Most         int
	Ends         time.Time
	SecondsLeft  int `json:"seconds_left"`
	Frozen       bool
	Alternatives string
	Types        []struct {
		ID    string
		Price string
		Left  int
	}
}

// Left is how many of a type the offer's page says are left.
func (o Offer) Left(id string) int {
	for _, t := range o.Types {
		if t.ID == id {
			return t.Left
		}
	}
	return -1
}

// Order is an order as JSON. Order is its code.
type Order struct {
	Order, URL, State string
	Total             string
	Tickets           []struct{ Code, Type string }
}

// SignedUp is what a sign-up is answered.
type SignedUp struct {
	Number   int
	Class    string
	PlaceURL string `json:"place_url"`
}

// Email is the sign-up form.
func Email(address string) url.Values { return url.Values{"email": {address}} }

// Buy is the offer's form: Buy("fri", 1, "sat", 2).
func Buy(typesAndQuantities ...any) url.Values {
	form := url.Values{}
	for i := 0; i+1 < len(typesAndQuantities); i += 2 {
		form.Set("qty."+typesAndQuantities[i].(string), strconv.Itoa(typesAndQuantities[i+1].(int)))
	}
	return form
}

// SignUp signs an address up and wants a place.
func (s *Site) SignUp(slug, address string) SignedUp {
	s.tb.Helper()
	var got SignedUp
	if err := s.Post(s.Registration+"/"+slug, Email(address)).Into(http.StatusCreated, &got); err != nil {
		s.tb.Fatalf("sign up: %v", err)
	}
	return got
}

// PlaceOf reads a place page.
func (s *Site) PlaceOf(placeURL string) Place {
	s.tb.Helper()
	var p Place
	s.Read(placeURL, &p)
	return p
}

// AwaitState waits until a place is in a state.
func (s *Site) AwaitState(placeURL, state string) Place {
	s.tb.Helper()
	return Wait(s.tb, "a place is "+state, func() (Place, bool) {
		p := s.PlaceOf(placeURL)
		return p, p.State == state
	})
}

// OfferOf opens a link.
func (s *Site) OfferOf(link string) Offer {
	s.tb.Helper()
	var o Offer
	s.Read(link, &o)
	return o
}

// Order buys and wants an order.
func (s *Site) Order(link string, form url.Values) Order {
	s.tb.Helper()
	var o Order
	if err := s.Post(link, form).Into(http.StatusCreated, &o); err != nil {
		s.tb.Fatalf("buy: %v", err)
	}
	return o
}
