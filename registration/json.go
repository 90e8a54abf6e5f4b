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
	Frozen       bool             `json:"frozen"` // its clocks stand still
	SoldOut      bool             `json:"sold_out"`
	Opens        time.Time        `json:"opens"`
	Closes       time.Time        `json:"closes"`
	Starts       time.Time        `json:"dispatch_starts"`
	Ends         time.Time        `json:"dispatch_ends"`
	LinkLife     int              `json:"link_life_seconds"`
	Quiet        sale.QuietHours  `json:"quiet_hours,omitzero"`
	MaxPerFan    int              `json:"max_per_fan"`
	Currency     string           `json:"currency"`
	Payment      string           `json:"payment"`
	Types        []typeJSON       `json:"types"`
	Languages    []string         `json:"languages"`
	Alternatives sale.Text        `json:"alternatives,omitempty"`
	ChallengeURL string           `json:"challenge_url,omitempty"` // where a sign-up's proof of work begins; absent when none is demanded
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
		Paused: e.state.Paused, Frozen: e.state.Frozen, SoldOut: e.state.SoldOut,
		Opens: v.Registration.Opens.UTC(), Closes: v.Registration.Closes.UTC(),
		Starts: v.Dispatch.Starts.UTC(), Ends: v.Dispatch.Ends.UTC(), LinkLife: int(v.Dispatch.LinkLife / time.Second), Quiet: v.Dispatch.Quiet,
		MaxPerFan: v.Tickets.MaxPerFan, Currency: v.Currency, Payment: v.Payment,
		Languages: s.o.Templates.LanguagesOf(v.Languages), Alternatives: v.Mail.Alternatives,
	}
	if v.DemandsProof() {
		j.ChallengeURL = s.o.URL + challengePath(v.Slug)
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
	Frozen   bool                 `json:"frozen"`               // its clocks stand still
	Now      time.Time            `json:"now"`                  // of the server
	Edition  string               `json:"edition"`              // another one whenever the page says something else
	Quiet    sale.QuietHours      `json:"quiet_hours,omitzero"` // no offer is mailed in them
	Estimate *estimateJSON        `json:"estimate,omitempty"`
	Offer    *offerJSON           `json:"offer,omitempty"`
	Order    *orderJSON           `json:"order,omitempty"`
}

// estimateJSON has one of the two.
type estimateJSON struct {
	About     *time.Time `json:"about,omitempty"`
	NotBefore *time.Time `json:"not_before,omitempty"`
}

// offerJSON is a running offer. While the sale is frozen its end is where it
// would be if the clocks went on now: later every second.
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
		State: d.State, Reached: d.Reached, Paused: d.Paused, Frozen: d.Frozen, Quiet: d.Sale.Dispatch.Quiet, Now: d.Now.UTC(), Edition: d.Edition(),
	}
	switch {
	case !d.About.IsZero():
		j.Estimate = &estimateJSON{About: moment(d.About)}
	case !d.NotBefore.IsZero():
		j.Estimate = &estimateJSON{NotBefore: moment(d.NotBefore)}
	}
	if d.Link != "" {
		j.Offer = &offerJSON{Most: d.Most, Ends: d.Ends.UTC(), URL: d.Link}
		if d.Frozen {
			j.Offer.Ends = sale.UpToSecond(d.Now).Add(d.Left).UTC()
		}
	}
	if d.Order != nil {
		j.Order = &orderJSON{Code: d.Order.Code, State: d.Order.State, Tickets: len(d.Order.Tickets), URL: d.OrderURL}
	}
	return j
}

// progressJSON is how far a line has got, as programs see it.
type progressJSON struct {
	Sale         string                  `json:"sale"`
	State        templates.ProgressState `json:"state"`
	Paused       bool                    `json:"paused"`
	Frozen       bool                    `json:"frozen"` // its clocks stand still
	SoldOut      bool                    `json:"sold_out"`
	Reached      int                     `json:"reached"`    // the highest number whose turn has come
	Registered   int                     `json:"registered"` // numbers given
	Guaranteed   int                     `json:"guaranteed"` // the last number that is guaranteed
	Serving      sale.Class              `json:"serving,omitempty"`
	NextMails    *time.Time              `json:"next_mails,omitempty"`
	GuaranteedBy *time.Time              `json:"guaranteed_by,omitempty"` // about
	Starts       time.Time               `json:"dispatch_starts"`
	Ends         time.Time               `json:"dispatch_ends"`
	URL          string                  `json:"url"`
	Edition      string                  `json:"edition"` // another one whenever the page says something else
}

func (s *Server) progressOf(d templates.ProgressPage) progressJSON {
	return progressJSON{
		Sale: d.Sale.Slug, State: d.State, Paused: d.Paused, Frozen: d.Frozen, SoldOut: d.State == templates.ProgressSoldOut,
		Reached: d.Reached, Registered: d.Registered, Guaranteed: d.Guaranteed, Serving: d.Serving,
		NextMails: moment(d.Next), GuaranteedBy: moment(d.GuaranteedBy),
		Starts: d.Sale.Dispatch.Starts.UTC(), Ends: d.Sale.Dispatch.Ends.UTC(),
		URL: s.o.URL + salePath(d.Sale.Slug) + "/progress", Edition: d.Edition(),
	}
}

// moment is a time in UTC, nil when it is not known.
func moment(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	at = at.UTC()
	return &at
}
