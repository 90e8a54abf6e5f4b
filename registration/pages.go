package registration

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"slices"
	"sync"

	"github.com/inturn/inturn/templates"
)

// pages are the pages of one sale that are the same for everybody, rendered
// on first use.
type pages struct {
	mu   sync.Mutex
	done map[pageKey]*page
}

// pageKey is what else than the state of its entry a page depends on.
type pageKey struct {
	notice   templates.Notice
	over     bool
	lang     string
	frame    frameFor
	progress templates.ProgressState
	json     bool
}

// page is a rendered page and its entity tag.
type page struct {
	mime string
	lang string // empty: of none
	body []byte
	etag string // strong, quoted (RFC 9110 §8.8.3)
}

// landing gives a landing page.
func (s *Server) landing(e *entry, notice templates.Notice, lang string) (*page, error) {
	over := s.over(e)
	return e.pages.kept(pageKey{notice: notice, over: over, lang: lang}, func(w io.Writer) error {
		d := s.landingPage(e, notice, lang)
		d.Over = over // and not what the clock says by now
		return s.o.Templates.LandingPage(w, d)
	})
}

// kept gives a page, rendered when it is not there yet. That is done under the
// lock, so that a crowd that arrives right after a change waits for one
// rendering instead of starting a thousand.
func (p *pages) kept(key pageKey, render func(io.Writer) error) (*page, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if done, ok := p.done[key]; ok {
		return done, nil
	}
	var b bytes.Buffer
	if err := render(&b); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b.Bytes())
	done := &page{mime: "text/html; charset=utf-8", lang: key.lang, body: b.Bytes(), etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
	if key.json {
		done.mime = "application/json"
	}
	if p.done == nil {
		p.done = map[pageKey]*page{}
	}
	p.done[key] = done
	return done, nil
}

func (s *Server) landingPage(e *entry, notice templates.Notice, lang string) templates.LandingPage {
	d := templates.LandingPage{
		Frame:   s.frame(e, lang),
		Notice:  notice,
		Paused:  e.state.Halted(),
		SoldOut: e.state.SoldOut,
		Over:    s.over(e),
		Action:  salePath(e.state.Sale.Slug),
		BareURL: s.o.URL + salePath(e.state.Sale.Slug),
	}
	if notice.Takes() && e.state.Sale.DemandsProof() {
		d.PuzzleURL = challengePath(e.state.Sale.Slug)
	}
	if e.state.Sale.Mail.Receipt && !d.Over {
		d.ReceiptURL = lostPath(e.state.Sale.Slug, lang)
	}
	if notice == templates.NoticeBefore {
		d.OpeningURL = openingPath(e.state.Sale.Slug, lang)
	} else {
		d.ProgressURL = progressPath(e.state.Sale.Slug, lang)
	}
	return d
}

// over says whether a sale has ended.
func (s *Server) over(e *entry) bool { return !s.o.Clock().Before(e.state.Sale.Dispatch.Ends) }

// frame is the frame of a sale's page, with the languages it can be had in.
func (s *Server) frame(e *entry, lang string) templates.Frame {
	return templates.Frame{
		Lang: lang, Sale: &e.state.Sale,
		Languages: s.alternates(e, func(other string) string { return landingPath(e.state.Sale.Slug, other) }),
	}
}

// alternates are the addresses of a page in a sale's languages.
func (s *Server) alternates(e *entry, path func(lang string) string) []templates.Alternate {
	var all []templates.Alternate
	for _, lang := range s.o.Templates.LanguagesOf(e.state.Sale.Languages) {
		all = append(all, templates.Alternate{Lang: lang, URL: path(lang)})
	}
	return all
}

// speaks says whether a sale's pages can be had in a language.
func (s *Server) speaks(e *entry, lang string) bool {
	return slices.Contains(s.o.Templates.LanguagesOf(e.state.Sale.Languages), lang)
}

// The addresses of this surface. A slug is [a-z0-9-] and a receipt is safe in
// a URL, so nothing needs escaping.
func salePath(slug string) string           { return "/" + slug }
func landingPath(slug, lang string) string  { return "/" + slug + "/" + lang }
func openingPath(slug, lang string) string  { return landingPath(slug, lang) + "/calendar.ics" }
func progressPath(slug, lang string) string { return landingPath(slug, lang) + "/progress" }
func placePath(slug, receipt string) string { return "/" + slug + "/place/" + receipt }
func receiptPath(slug string) string        { return "/" + slug + "/receipt" }
func lostPath(slug, lang string) string     { return receiptPath(slug) + "?lang=" + lang }
func challengePath(slug string) string      { return "/" + slug + "/challenge" }
func confirmPath(slug, token string) string { return "/" + slug + "/confirm/" + token }
