package console

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// alternatives is the one text that is not among sale.TextPlaces: mails have
// had it from the first day.
const alternatives = "alternatives"

// mostAlternatives is how many characters the alternatives may have, as the
// sale file says.
const mostAlternatives = 5_000

// textAt is one text of one language as an editor has it.
type textAt struct {
	place sale.TextPlace
	lang  string
}

// textAt finds the text that a path names; CodeNotFound when there is none, or
// when the sale is not in that language.
func (s *Server) textAt(about sale.Sale, name, lang string) (textAt, error) {
	place, ok := sale.TextPlaceOf(name)
	if name == alternatives {
		place, ok = sale.TextPlace{Name: alternatives, Most: mostAlternatives}, true
	}
	if !ok || !slices.Contains(about.Languages, lang) {
		return textAt{}, sale.E(sale.CodeNotFound, "This sale has no such text.")
	}
	return textAt{place, lang}, nil
}

func (t textAt) path(slug string) string {
	return "/sales/" + url.PathEscape(slug) + "/texts/" + t.place.Name + "/" + url.PathEscape(t.lang)
}

// field is the text's name in the sale file.
func (t textAt) field() string {
	if t.place.Name == alternatives {
		return "mail.alternatives." + t.lang
	}
	return "texts." + t.place.Name + "." + t.lang
}

func (t textAt) of(s sale.Sale) string {
	if t.place.Name == alternatives {
		return s.Mail.Alternatives[t.lang]
	}
	return s.Texts[t.place.Name][t.lang]
}

// put gives the sale with other words at this text; the one it was given
// stays as it is.
func (t textAt) put(s sale.Sale, words string) sale.Sale {
	if t.place.Name == alternatives {
		s.Mail.Alternatives = withWords(s.Mail.Alternatives, t.lang, words)
		return s
	}
	texts := maps.Clone(s.Texts)
	if texts == nil {
		texts = sale.Texts{}
	}
	texts[t.place.Name] = withWords(texts[t.place.Name], t.lang, words)
	if len(texts[t.place.Name]) == 0 {
		delete(texts, t.place.Name)
	}
	if len(texts) == 0 {
		texts = nil
	}
	s.Texts = texts
	return s
}

func withWords(t sale.Text, lang, words string) sale.Text {
	next := maps.Clone(t)
	if next == nil {
		next = sale.Text{}
	}
	delete(next, lang)
	if words != "" {
		next[lang] = words
	}
	if len(next) == 0 {
		return nil
	}
	return next
}

// typedWords undoes what browsers do to the ends of lines, and takes blanks
// around the words away: a text of blanks is none.
func typedWords(words string) string {
	return strings.TrimSpace(strings.ReplaceAll(words, "\r\n", "\n"))
}

// wrongWords is what is wrong with these words, in words for whoever typed
// them; "" when nothing is. Mistakes elsewhere in the sale are not theirs.
func (s *Server) wrongWords(t textAt, next sale.Sale) string {
	for _, e := range next.Validate(s.o.Sales.CheckSchedule) {
		switch {
		case e.Field == t.field():
			return sentence("It", e.Message)
		case strings.HasPrefix(t.field(), e.Field+"."):
			return sentence("All texts", e.Message)
		}
	}
	return ""
}

// sentence makes one of a field's message, which says what is with the field
// or begins with what was found in it.
func sentence(subject, message string) string {
	if strings.HasPrefix(message, `"`) {
		return message + "."
	}
	return subject + " " + message + "."
}

// textSaved is what became of saving.
type textSaved struct {
	wrong  string                 // what is wrong with the words
	others *templates.OthersWords // somebody else has changed the same text
	newest line.Version
	why    string // the box office does not have it yet
}

// saveText writes a version with other words at one text. Whatever others
// have changed elsewhere since the base stays; where they have changed the same
// text, nothing is written and their words are told.
func (s *Server) saveText(ctx context.Context, v visitor, slug string, t textAt, base int64, words string) (textSaved, error) {
	for {
		newest, err := s.line.Version(ctx, slug, 0)
		if err != nil {
			return textSaved{}, err
		}
		saved := textSaved{newest: newest}
		if saved.others, err = s.others(ctx, slug, t, base, words, newest); err != nil || saved.others != nil {
			return saved, err
		}
		next := t.put(newest.Sale, words)
		if saved.wrong = s.wrongWords(t, next); saved.wrong != "" {
			return saved, nil
		}
		saved.why, err = s.o.Sales.Write(ctx, s.box, next, line.Edit{Actor: v.Address, Source: line.FromConsole, Base: newest.Sale.Version})
		if sale.CodeOf(err) == sale.CodeSaleChanged && ctx.Err() == nil {
			continue // somebody was quicker: look at what they changed
		}
		return saved, err
	}
}

// others tells of words that somebody else has put at the same text since the
// base; nil when nobody has, or when they say the same.
func (s *Server) others(ctx context.Context, slug string, t textAt, base int64, words string, newest line.Version) (*templates.OthersWords, error) {
	if base == newest.Sale.Version {
		return nil, nil
	}
	before, err := s.line.Version(ctx, slug, base)
	if err != nil {
		return nil, err
	}
	now := t.of(newest.Sale)
	if now == t.of(before.Sale) || now == words {
		return nil, nil
	}
	author, err := s.author(ctx, slug, t, newest)
	return &templates.OthersWords{Who: author.By(), Words: now}, err
}

// author is the version that put the newest words at a text.
func (s *Server) author(ctx context.Context, slug string, t textAt, newest line.Version) (line.Version, error) {
	at := newest
	for at.Sale.Version > 1 {
		before, err := s.line.Version(ctx, slug, at.Sale.Version-1)
		if err != nil || t.of(before.Sale) != t.of(newest.Sale) {
			return at, err
		}
		at = before
	}
	return at, nil
}

// preview is what a text makes of a page or a mail, with made-up data.
func (s *Server) preview(about sale.Sale, lang string) templates.Preview {
	fans := cmp.Or(s.o.Place.RegistrationURL, "https://tickets.example")
	return templates.Preview{
		Sale: about, Lang: lang, Now: s.clock(),
		PlaceURL: fans + "/" + about.Slug + "/place/sample",
		Link:     fans + "/c/sample", OrderURL: fans + "/order/sample",
	}
}

// renderPreview renders what stands in the frame beside an editor, and gives
// the policy it is to be answered with.
func (s *Server) renderPreview(w io.Writer, about sale.Sale, t textAt) (policy string, err error) {
	mail, isMail, err := s.pages.Preview(w, t.place.Name, s.preview(about, t.lang))
	if err != nil || !isMail {
		return previewPolicy(""), err
	}
	d := templates.TextPreviewPage{Subject: mail.Subject, HTML: mail.HTML, Text: mail.Text, Lang: mail.Lang}
	return previewPolicy(mail.HTML), s.pages.TextPreview(w, d)
}

// languagesOf are a sale's languages by what they are called in English.
func (s *Server) languagesOf(about sale.Sale) []templates.TextLanguage {
	var all []templates.TextLanguage
	for _, lang := range about.Languages {
		all = append(all, templates.TextLanguage{Lang: lang, Name: languageName(lang)})
	}
	return all
}

// textRows are the texts in groups, with who has written each.
func (s *Server) textRows(about sale.Sale) []templates.TextGroup {
	groups := []templates.TextGroup{{Title: "Pages"}, {Title: "Mails"}}
	places := append(sale.TextPlaces(), sale.TextPlace{Name: alternatives})
	for _, p := range places {
		label, _ := templates.TextLabel(p.Name)
		row := templates.TextRow{Name: p.Name, Label: label}
		for _, l := range s.languagesOf(about) {
			t := textAt{p, l.Lang}
			cell := templates.TextCell{URL: t.path(about.Slug), Label: label + ", in " + l.Name, Own: t.of(about) != "", Whose: "inturn’s"}
			switch {
			case cell.Own:
				cell.Whose = "yours"
			case p.Name == alternatives:
				cell.Whose = "none"
			}
			row.Cells = append(row.Cells, cell)
		}
		group := &groups[1]
		if strings.HasPrefix(p.Name, "landing") || strings.HasPrefix(p.Name, "place") {
			group = &groups[0]
		}
		group.Rows = append(group.Rows, row)
	}
	return groups
}

// placeholders are those of a text, with what they become in its preview.
func (s *Server) placeholders(about sale.Sale, t textAt) ([]templates.Placeholder, error) {
	values, err := s.pages.PreviewValues(t.place.Name, s.preview(about, t.lang))
	if err != nil {
		return nil, fmt.Errorf("values of placeholders: %w", err)
	}
	var all []templates.Placeholder
	for _, name := range t.place.Placeholders {
		all = append(all, templates.Placeholder{Name: name, Means: templates.PlaceholderMeans(name), Value: values[name]})
	}
	return all, nil
}
