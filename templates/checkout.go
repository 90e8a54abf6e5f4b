package templates

import (
	"io"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// OfferPage lets a fan buy what is reserved for them. It is shown as long as
// their offer is open, and again, with a Problem, when an attempt to buy was
// refused.
type OfferPage struct {
	Frame
	Problem    string        // code of the refusal: bad_quantity, too_many_tickets, price_changed; empty: none
	Beyond     bool          // too many for this offer, whatever else there is
	Most       int           // tickets in this offer
	Ends       time.Time     // when it is over
	Left       time.Duration // how long that is from now
	Frozen     bool          // the sale's clocks stand still, and so does Left
	Moved      time.Duration // how much later than its link says freezes have made the end
	Now        time.Time     // which moment the page is of
	Types      []OfferType   // in the sale's order
	DeclineURL string
}

// OfferType is one kind of ticket in an offer.
type OfferType struct {
	ID     string
	Title  sale.Text
	Price  int64
	Left   int
	Most   int // what this fan can have of it; 0 when it is sold out
	Chosen int // what the fan had typed before; 0 at first: nothing is bought by a mere click
}

// Choices are the quantities to choose from, when they are few enough for a
// list; none otherwise.
func (t OfferType) Choices() []int {
	if t.Most < 1 || t.Most > 20 {
		return nil
	}
	choices := make([]int, t.Most+1)
	for i := range choices {
		choices[i] = i
	}
	return choices
}

// SoldOut lists the kinds that are gone; Available the others.
func (p OfferPage) SoldOut() []OfferType { return p.types(true) }

// Available lists the kinds that can still be had.
func (p OfferPage) Available() []OfferType { return p.types(false) }

func (p OfferPage) types(gone bool) []OfferType {
	var some []OfferType
	for _, t := range p.Types {
		if (t.Left == 0) == gone {
			some = append(some, t)
		}
	}
	return some
}

// OrderPage shows an order. Again says that the fan tried to buy something
// else with the same offer.
type OrderPage struct {
	Frame
	Order       sale.Order
	Again       bool
	CalendarURL string // empty: no entry for the calendar
}

// Cancelled says whether the order is good for nothing any more.
func (p OrderPage) Cancelled() bool { return p.Order.State == sale.OrderCancelled }

// OverPage tells that a genuine link opens nothing any more. Why is
// "expired", "declined" or "closed"; Ends is when the link was over.
type OverPage struct {
	Frame
	Why  string
	Ends time.Time
}

// OfferPage renders the page.
func (t *Templates) OfferPage(w io.Writer, d OfferPage) error {
	return t.render(w, d.Lang, "checkout/offer", d)
}

// OrderPage renders the page.
func (t *Templates) OrderPage(w io.Writer, d OrderPage) error {
	return t.render(w, d.Lang, "checkout/order", d)
}

// OverPage renders the page.
func (t *Templates) OverPage(w io.Writer, d OverPage) error {
	return t.render(w, d.Lang, "checkout/over", d)
}
