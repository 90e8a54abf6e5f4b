package console

import (
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/helpdesk"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

func (s *Server) steerPage(c echo.Context, status int, ch change) error {
	p := templates.SteerPage{
		ConsoleFrame: s.frame(c, "Steer", "steer"), Edit: ch.edit(ch.steerGroups(s.owns(c))),
		Figures: ch.figures(), Acts: ch.acts(), Pending: ch.pending(), NoStock: ch.noStock,
		Next: ch.nextBatch(s.o.Sales.NextMoments), Until: ch.until(),
	}
	if st := ch.standing.State; st.Frozen {
		p.Frozen = helpdesk.Moment(&st.Sale, st.FrozenSince)
	}
	return web.Page(c, status, func(w io.Writer) error { return s.pages.Steer(w, p) })
}

func (s *Server) settingsPage(c echo.Context, status int, ch change) error {
	p := templates.SettingsPage{
		ConsoleFrame: s.frame(c, "Settings", "settings"), Edit: ch.edit(ch.filler(s.owns(c)).settings()), Zone: ch.now.Sale.Timezone,
	}
	return web.Page(c, status, func(w io.Writer) error { return s.pages.Settings(w, p) })
}

func (s *Server) owns(c echo.Context) bool { return s.visitor(c).role.May(sale.RoleOwner) }

// whatItDoes says what a change does.
func (s *Server) whatItDoes(c echo.Context, ch change, form url.Values) templates.ChangePage {
	form = bare(form)
	path := "/sales/" + ch.now.Sale.Slug + c.Path()[strings.LastIndexByte(c.Path(), '/'):]
	e := ch.effect
	p := templates.ChangePage{
		ConsoleFrame: s.frame(c, "What this does", strings.TrimPrefix(path, "/sales/"+ch.now.Sale.Slug+"/")),
		Heading:      "What this does", Post: path, Back: path, Does: e.Does, Then: e.Then, Changes: ch.filler(true).changes(e.Changes),
		Refused: labelled(ch.filler(true).settings(), e.Refused), Word: e.Confirm.Word, Why: e.Confirm.Why,
		Danger: e.Confirm.Needed() || e.Venue, Again: e.Confirm.Needed() || e.Venue, Button: "Do it",
		Carried: ch.carriedOn(form),
	}
	for _, a := range ch.acts() {
		if a.Name == form.Get(fieldAct) {
			p.Heading, p.Button = a.Label, a.Label
		}
	}
	if form.Get(fieldAct) == "" && !form.Has(fieldFile) {
		p.Form = slices.Concat(carried(form), []templates.Carried{{Name: fieldBack, Value: "yes"}})
	}
	return p
}
