package checkout

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// offerJSON is an open offer. Prices are decimals in Currency; Left counts
// a type's tickets, of which Most can be had in all.
type offerJSON struct {
	Sale         string     `json:"sale"`
	Title        string     `json:"title"`
	Version      int64      `json:"version"`
	Most         int        `json:"most"`
	Ends         time.Time  `json:"ends"` // while frozen: where it would be if the clocks went on now
	SecondsLeft  int        `json:"seconds_left"`
	Frozen       bool       `json:"frozen"`  // the sale's clocks stand still
	Now          time.Time  `json:"now"`     // of the server
	Edition      string     `json:"edition"` // another one whenever the page says another end
	Currency     string     `json:"currency"`
	Payment      string     `json:"payment"`
	Types        []typeJSON `json:"types"`
	Alternatives string     `json:"alternatives,omitempty"` // the organizer's words, when a type is sold out
}

type typeJSON struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Price string `json:"price"`
	Left  int    `json:"left"`
}

func offerIn(lang string, o opened) offerJSON {
	j := offerJSON{
		Sale: o.Sale.Slug, Title: o.Sale.Title.In(lang), Version: o.Sale.Version, Most: o.Granted,
		Ends: o.Freezes.IfReleased(o.now, o.end).UTC(), SecondsLeft: int(o.left() / time.Second), Frozen: o.still, Now: o.now.UTC(),
		Edition:  o.page().Edition(),
		Currency: o.Sale.Currency, Payment: o.Sale.Payment, Types: []typeJSON{},
	}
	for _, t := range o.Sale.Tickets.Types {
		j.Types = append(j.Types, typeJSON{ID: t.ID, Title: t.Title.In(lang), Price: sale.FormatPrice(t.Price, o.Sale.Currency), Left: o.Left[t.ID]})
		if o.Left[t.ID] == 0 {
			j.Alternatives = o.Sale.Mail.Alternatives.In(lang)
		}
	}
	return j
}

// orderJSON is an order; Order is its code. Prices are decimals in Currency.
type orderJSON struct {
	Order    string          `json:"order"`
	URL      string          `json:"url"`
	Sale     string          `json:"sale"`
	State    sale.OrderState `json:"state"`
	Payment  string          `json:"payment"`
	Currency string          `json:"currency"`
	Total    string          `json:"total"`
	At       time.Time       `json:"at"`
	Tickets  []ticketJSON    `json:"tickets"` // one element per ticket
}

type ticketJSON struct {
	Code  string `json:"code"`
	Type  string `json:"type"`
	Title string `json:"title"`
	Price string `json:"price"`
}

func (s *Server) orderURL(order sale.Order) string { return s.url + "/order/" + order.Ref }

func (s *Server) orderIn(lang string, order sale.Order) orderJSON {
	j := orderJSON{
		Order: order.Code, URL: s.orderURL(order), Sale: order.Sale, State: order.State, Payment: order.Payment,
		Currency: order.Currency, Total: sale.FormatPrice(order.Total, order.Currency), At: order.At.UTC(), Tickets: []ticketJSON{},
	}
	for _, t := range order.Tickets {
		j.Tickets = append(j.Tickets, ticketJSON{Code: t.Code, Type: t.Type, Title: t.Title.In(lang), Price: sale.FormatPrice(t.Price, order.Currency)})
	}
	return j
}

// standingProblem is RFC 9457 with the order that stands as further members.
func standingProblem(code sale.Code, order orderJSON) ([]byte, error) {
	return json.Marshal(struct {
		Type   string    `json:"type"`
		Title  string    `json:"title"`
		Status int       `json:"status"`
		Detail string    `json:"detail"`
		Code   sale.Code `json:"code"`
		orderJSON
	}{
		"about:blank", http.StatusText(http.StatusConflict), http.StatusConflict,
		"This offer has its order, and one order is all it is good for.", code, order,
	})
}
