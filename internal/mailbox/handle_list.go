package mailbox

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// Pages render the mailbox; *templates.Templates does.
type Pages interface {
	MailboxPage(w io.Writer, d templates.MailboxPage) error
	MailPage(w io.Writer, d templates.MailPage) error
}

// perPage is how many mails a list shows at a time.
const perPage = 50

// list is the JSON of a page of the list. Older is where it goes on, empty at
// the end.
type list struct {
	Mails []Entry `json:"mails"`
	Total int     `json:"total"`
	Older string  `json:"older,omitempty"`
}

// handleList shows mails newest first: those to ?to=, those older than
// ?before=ID.
func (m *Mailbox) handleList(c echo.Context, lang string, p Pages) error {
	to, before := strings.TrimSpace(c.QueryParam("to")), c.QueryParam("before")
	all := m.Messages(to)
	page := list{Mails: olderThan(all, before), Total: len(all)}
	if len(page.Mails) > perPage {
		page.Mails = page.Mails[:perPage]
		page.Older = listURL(to, page.Mails[perPage-1].ID)
	}
	if web.WantsJSON(c) {
		return web.JSON(c, http.StatusOK, page)
	}
	d := templates.MailboxPage{Frame: templates.Frame{Lang: lang}, To: to, Total: page.Total, OlderURL: page.Older}
	if before != "" {
		d.NewestURL = listURL(to, "")
	}
	for _, e := range page.Mails {
		d.Mails = append(d.Mails, line(e))
	}
	return web.Page(c, http.StatusOK, func(w io.Writer) error { return p.MailboxPage(w, d) })
}

// olderThan is the tail of newest-first mails behind an id.
func olderThan(mails []Entry, before string) []Entry {
	if before == "" {
		return mails
	}
	for i, e := range mails {
		if e.ID < before {
			return mails[i:]
		}
	}
	return mails[len(mails):]
}

func listURL(to, before string) string {
	query := url.Values{}
	if to != "" {
		query.Set("to", to)
	}
	if before != "" {
		query.Set("before", before)
	}
	if len(query) == 0 {
		return Path
	}
	return Path + "?" + query.Encode()
}

func line(e Entry) templates.MailLine {
	return templates.MailLine{URL: Path + "/" + e.ID, To: e.To, From: e.From, Subject: e.Subject, Date: e.Date}
}
