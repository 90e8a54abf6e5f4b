package checkout

import (
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// handleOffer shows what a link opens: the offer, the order that was placed
// with it, or that it is over. It changes nothing.
func (s *Server) handleOffer(c echo.Context) error {
	claims, _, err := s.keys.verify(c.Request().Context(), c.Param("token"))
	if err != nil {
		return err
	}
	o, err := s.look(c, claims)
	if err != nil {
		return err
	}
	return s.show(c, o, http.StatusOK, refusal{})
}

// opened is a genuine link's offer at one moment.
type opened struct {
	boxoffice.OfferView
	end   sale.End  // what this link says; another link of the offer may say later
	ends  time.Time // what freezes have made of it
	still bool      // it stands still there
	now   time.Time
}

func (o opened) left() time.Duration { return o.Freezes.Left(o.now, o.end) }

// page is what an offer's page says of its time.
func (o opened) page() templates.OfferPage {
	return templates.OfferPage{Ends: o.ends, Left: o.left(), Frozen: o.still, Moved: o.ends.Sub(o.end.At), Now: o.now, Most: o.Granted}
}

// look finds a genuine link's offer. An offer of another sale than the link
// names is not this link's; one that the box office does not know is over.
func (s *Server) look(c echo.Context, claims link.Claims) (opened, error) {
	view, err := s.box.Offer(c.Request().Context(), claims.Offer)
	if sale.CodeOf(err) == sale.CodeNotFound {
		return opened{}, sale.Wrap(sale.CodeOfferOver, err, "This offer is over.")
	}
	if err != nil {
		return opened{}, err
	}
	if view.Sale.Slug != claims.Sale {
		return opened{}, sale.E(sale.CodeBadLink, "This link is not one of ours.")
	}
	web.Surround(c, web.Surroundings{Frame: s.frame(c, &view.Sale)})
	o := opened{OfferView: view, end: claims.End(), now: s.clock()}
	o.ends, o.still = view.Freezes.Move(o.end)
	return o, nil
}

// refusal is why a purchase was not made, and what was asked for.
type refusal struct {
	err   error
	asked purchase
}

// leadsBack says whether the refusal is answered by what has become of the
// offer; any other is answered as it is.
func (r refusal) leadsBack() bool {
	switch sale.CodeOf(r.err) {
	case sale.CodeAlreadyBought, sale.CodeKeyReused, sale.CodeOfferOver, sale.CodeNotFound:
		return true
	default:
		return r.canBePutRight()
	}
}

// canBePutRight says whether the fan, shown the offer again, can do better.
func (r refusal) canBePutRight() bool {
	switch sale.CodeOf(r.err) {
	case sale.CodeBadQuantity, sale.CodeTooManyTickets, sale.CodePriceChanged:
		return true
	default:
		return false
	}
}

// show answers with the state of an offer. An order is shown before anything
// else; status and refusal are for an offer that is open.
func (s *Server) show(c echo.Context, o opened, status int, r refusal) error {
	switch why := o.over(); {
	case o.Order != nil && r.err == nil:
		return s.showOrder(c, http.StatusOK, o.Sale, *o.Order)
	case o.Order != nil:
		return s.showStanding(c, o.Sale, *o.Order, r)
	case why != "":
		return s.showOver(c, o, why)
	case r.err != nil && (web.WantsJSON(c) || !r.canBePutRight()):
		return r.err
	case web.WantsJSON(c):
		return web.JSON(c, status, offerIn(s.language(c, &o.Sale), o))
	default:
		page := s.offerPage(c, o, r)
		return web.Page(c, status, func(w io.Writer) error { return s.pages.OfferPage(w, page) })
	}
}

// over says why an offer without an order opens nothing any more; "" when it
// is open.
func (o opened) over() string {
	switch {
	case o.State == "closed" && o.Reason == sale.OfferDeclined:
		return "declined"
	case o.State == "closed" && o.Reason != sale.OfferExpired:
		return "closed"
	case o.State != "open" || !o.Freezes.Before(o.now, o.end):
		return "expired"
	default:
		return ""
	}
}

func (s *Server) showOver(c echo.Context, o opened, why string) error {
	if web.WantsJSON(c) {
		return sale.E(sale.CodeOfferOver, "This offer is over (%s).", why)
	}
	page := templates.OverPage{Frame: s.frame(c, &o.Sale), Why: why, Ends: o.ends}
	return web.Page(c, http.StatusGone, func(w io.Writer) error { return s.pages.OverPage(w, page) })
}

func (s *Server) offerPage(c echo.Context, o opened, r refusal) templates.OfferPage {
	p := o.page()
	p.Frame, p.DeclineURL = s.frame(c, &o.Sale), "/c/"+c.Param("token")+"/decline"+web.LanguageQuery(c)
	if r.err != nil {
		p.Problem = string(sale.CodeOf(r.err))
		p.Beyond = sale.CodeOf(r.err) == sale.CodeTooManyTickets && r.asked.Quantities.Total() > o.Granted
	}
	for _, t := range o.Sale.Tickets.Types {
		left := o.Left[t.ID]
		most := min(left, o.Granted)
		p.Types = append(p.Types, templates.OfferType{
			ID: t.ID, Title: t.Title, Price: t.Price, Left: left, Most: most, Chosen: min(most, r.asked.Quantities[t.ID]),
		})
	}
	return p
}

// frame is the frame of a page about s, in the language that the address
// names, else the browser, among those of the sale.
func (s *Server) frame(c echo.Context, about *sale.Sale) templates.Frame {
	f := templates.Frame{
		Sale: about, Lang: s.language(c, about),
		Languages: web.Alternates(c, s.pages.LanguagesOf(about.Languages)),
	}
	if token := c.Param("token"); token != "" {
		// What answers a form under the link is read again at the link.
		for i := range f.Languages {
			f.Languages[i].URL = "/c/" + token + f.Languages[i].URL
		}
	}
	return f
}

func (s *Server) language(c echo.Context, about *sale.Sale) string {
	return s.pages.LanguageOf(about.Languages, web.AskedLanguage(c), c.Request().Header.Get("Accept-Language"))
}
