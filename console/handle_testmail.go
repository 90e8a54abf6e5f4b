package console

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// testPatience is how long the page looks again by itself.
const testPatience = time.Minute

// testMailURL is the page, with a mail chosen and, where ref is not empty, what
// became of one that was sent.
func testMailURL(sale, kind, lang, ref string) string {
	q := url.Values{"kind": {kind}, "lang": {lang}}
	if ref != "" {
		q.Set("ref", ref)
	}
	return sale + "/test-mail?" + q.Encode()
}

// handleTestMail asks which mail, and says what became of the last one.
func (s *Server) handleTestMail(c echo.Context) error {
	return s.testMailPage(c, http.StatusOK, c.QueryParam("kind"), c.QueryParam("lang"), nil)
}

func (s *Server) testMailPage(c echo.Context, status int, kind, lang string, problem error) error {
	st := s.sale(c)
	p := templates.TestMailPage{ConsoleFrame: s.frame(c, "Test mail", "texts"), Kind: kind, Lang: lang, To: s.visitor(c).Address, Caught: s.o.Mailbox != nil, Languages: s.languagesOf(st.Sale)}
	p.Action, p.ListURL = p.Sale.Path()+"/test-mail", p.Sale.Path()+"/texts"
	for _, name := range sale.SampleMails() {
		p.Kinds = append(p.Kinds, templates.TestMailKind{Name: name, Label: templates.TestMailLabel(name)})
	}
	if problem != nil {
		p.Problem = messageOf(problem)
	}
	if ref := c.QueryParam("ref"); ref != "" {
		got, err := s.line.TestMail(c.Request().Context(), st.Sale.Slug, ref)
		if err != nil {
			return err
		}
		p.Result = s.testMailResult(got)
	}
	return web.Page(c, status, func(w io.Writer) error { return s.pages.TestMail(w, p) })
}

func (s *Server) testMailResult(t line.Tested) *templates.TestMailResult {
	r := &templates.TestMailResult{
		Mail: templates.TestMailLabel(t.About), Language: languageName(t.Lang), State: string(t.Result), Code: t.Code, Said: t.Said,
	}
	if t.Done.IsZero() {
		r.State, r.Moves = "waits", s.clock().Before(t.Asked.Add(testPatience))
	}
	return r
}

// handleTestMailPost sends the organizer a mail: to his own address, and to
// no other.
func (s *Server) handleTestMailPost(c echo.Context) error {
	st, kind, lang := s.sale(c), c.FormValue("kind"), c.FormValue("lang")
	if !slices.Contains(st.Sale.Languages, lang) {
		return s.testMailPage(c, http.StatusUnprocessableEntity, kind, lang, sale.E(sale.CodeInvalid, "This sale is not in that language."))
	}
	ref, err := s.line.QueueTest(c.Request().Context(), line.TestMail{Sale: st.Sale.Slug, About: kind, Lang: lang, Address: s.visitor(c).Address})
	switch sale.CodeOf(err) {
	case "":
		return web.SeeOther(c, testMailURL("/sales/"+st.Sale.Slug, kind, lang, ref))
	case sale.CodeInvalid:
		return s.testMailPage(c, http.StatusUnprocessableEntity, kind, lang, err)
	case sale.CodeTooMany:
		return s.testMailPage(c, http.StatusTooManyRequests, kind, lang, err)
	}
	return err
}
