package registration

import (
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// saleJSON is a sale as programs see it. Times are UTC, prices decimal
// strings as in the sale file.
type saleJSON struct {
	Sale         string           `json:"sale"`
	Title        sale.Text        `json:"title"`
	URL          string           `json:"url"`
	Notice       templates.Notice `json:"notice"`
	Open         bool             `json:"open"` // the form takes addresses
	Paused       bool             `json:"paused"`
	SoldOut      bool             `json:"sold_out"`
	Opens        time.Time        `json:"opens"`
	Closes       time.Time        `json:"closes"`
	Starts       time.Time        `json:"dispatch_starts"`
	Ends         time.Time        `json:"dispatch_ends"`
	LinkLife     int              `json:"link_life_seconds"`
	MaxPerFan    int              `json:"max_per_fan"`
	Currency     string           `json:"currency"`
	Payment      string           `json:"payment"`
	Types        []typeJSON       `json:"types"`
	Languages    []string         `json:"languages"`
	Alternatives sale.Text        `json:"alternatives,omitempty"`
}

type typeJSON struct {
	ID    string    `json:"id"`
	Title sale.Text `json:"title"`
	Price string    `json:"price"`
}

func (s *Server) saleJSON(e *entry, now time.Time) saleJSON {
	v, notice := &e.state.Sale, e.notice(now)
	j := saleJSON{
		Sale: v.Slug, Title: v.Title, URL: s.o.URL + salePath(v.Slug), Notice: notice, Open: notice.Takes(),
		Paused: e.state.Paused, SoldOut: e.state.SoldOut,
		Opens: v.Registration.Opens.UTC(), Closes: v.Registration.Closes.UTC(),
		Starts: v.Dispatch.Starts.UTC(), Ends: v.Dispatch.Ends.UTC(), LinkLife: int(v.Dispatch.LinkLife / time.Second),
		MaxPerFan: v.Tickets.MaxPerFan, Currency: v.Currency, Payment: v.Payment,
		Languages: s.o.Templates.LanguagesOf(v.Languages), Alternatives: v.Mail.Alternatives,
	}
	for _, t := range v.Tickets.Types {
		j.Types = append(j.Types, typeJSON{ID: t.ID, Title: t.Title, Price: sale.FormatPrice(t.Price, v.Currency)})
	}
	return j
}

// placeJSON is a place as programs see it.
type placeJSON struct {
	Sale     string               `json:"sale"`
	Number   int                  `json:"number"`
	Class    sale.Class           `json:"class"`
	Address  string               `json:"address"`
	State    templates.PlaceState `json:"state"`
	Reached  int                  `json:"reached"` // the highest number whose turn has come
	Paused   bool                 `json:"paused"`
	Estimate *estimateJSON        `json:"estimate,omitempty"`
	Offer    *offerJSON           `json:"offer,omitempty"`
	Order    *orderJSON           `json:"order,omitempty"`
}

// estimateJSON has one of the two.
type estimateJSON struct {
	About     *time.Time `json:"about,omitempty"`
	NotBefore *time.Time `json:"not_before,omitempty"`
}

// offerJSON is a running offer.
type offerJSON struct {
	Most int       `json:"most"`
	Ends time.Time `json:"ends"`
	URL  string    `json:"url"`
}

type orderJSON struct {
	Code    string          `json:"code"`
	State   sale.OrderState `json:"state"`
	Tickets int             `json:"tickets"`
	URL     string          `json:"url"`
}

func placeOf(d templates.PlacePage) placeJSON {
	j := placeJSON{
		Sale: d.Sale.Slug, Number: d.Number, Class: d.Class, Address: d.Address,
		State: d.State, Reached: d.Reached, Paused: d.Paused,
	}
	switch {
	case !d.About.IsZero():
		at := d.About.UTC()
		j.Estimate = &estimateJSON{About: &at}
	case !d.NotBefore.IsZero():
		at := d.NotBefore.UTC()
		j.Estimate = &estimateJSON{NotBefore: &at}
	}
	if d.Link != "" {
		j.Offer = &offerJSON{Most: d.Most, Ends: d.Ends.UTC(), URL: d.Link}
	}
	if d.Order != nil {
		j.Order = &orderJSON{Code: d.Order.Code, State: d.Order.State, Tickets: len(d.Order.Tickets), URL: d.OrderURL}
	}
	return j
}
