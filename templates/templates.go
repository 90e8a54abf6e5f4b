package templates

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"
	texttemplate "text/template"

	"github.com/inturn/inturn/internal/sale"
)

//go:embed layout registration checkout mailbox mail static locales
var files embed.FS

// surfaces are the folders whose .html files are pages.
var surfaces = [...]string{"layout", "registration", "checkout", "mailbox"}

// Templates renders pages and mails. It is immutable after New, but for two caches,
// and safe for concurrent use.
type Templates struct {
	words  *words
	assets *assets
	pages  map[key]*template.Template
	texts  map[key]*texttemplate.Template
	zones  sync.Map // see formatter

	palettes sync.Map // of mails, by brand; reckoning one takes a while
	styles   sync.Map // see style
}

// key is one template in one language: {"en", "checkout/offer"}.
type key struct{ lang, name string }

// Frame is what the layout needs; the data of every page embeds it.
type Frame struct {
	Lang      string      // language the page is written in
	Sale      *sale.Sale  // whose organizer and small print the foot names; nil: none
	Languages []Alternate // the same page in other languages; fewer than two hide the choice
}

// Alternate is the same page in another language.
type Alternate struct{ Lang, URL string }

// New parses everything that is embedded. An error is a mistake in this
// package, which its tests would have shown.
func New() (*Templates, error) { return load(files) }

// load is New with message files from elsewhere.
func load(locales fs.FS) (*Templates, error) {
	w, err := loadWords(locales)
	if err != nil {
		return nil, err
	}
	a, err := loadAssets(files)
	if err != nil {
		return nil, err
	}
	t := &Templates{
		words:  w,
		assets: a,
		pages:  map[key]*template.Template{},
		texts:  map[key]*texttemplate.Template{},
	}
	for _, lang := range w.langs {
		if err := t.parse(lang); err != nil {
			return nil, err
		}
	}
	if err := t.parseConsole(); err != nil {
		return nil, err
	}
	return t, nil
}

// parse builds every template for one language. The functions are bound per
// language, so that a template needs to name it nowhere.
func (t *Templates) parse(lang string) error {
	funcs := t.funcs(lang)
	layout, err := template.New("").Funcs(funcs).ParseFS(files, "layout/frame.html", "layout/parts.html", "layout/brand.html")
	if err != nil {
		return fmt.Errorf("parse layout: %w", err)
	}
	for _, name := range pageNames() {
		set, err := layout.Clone()
		if err == nil {
			set, err = set.ParseFS(files, append(borrows(name), name+".html")...)
		}
		if err != nil {
			return fmt.Errorf("parse %s: %w", name, err)
		}
		t.pages[key{lang, name}] = set
	}
	return t.parseMails(lang, funcs)
}

// borrows names the page whose parts a page uses: the form in a frame is the
// form of the sale's own page, word for word.
func borrows(name string) []string {
	if name == "registration/embed" {
		return []string{"registration/landing.html"}
	}
	return nil
}

func (t *Templates) parseMails(lang string, funcs map[string]any) error {
	mails, err := template.New("").Funcs(funcs).ParseFS(files, "mail/layout.html")
	if err != nil {
		return fmt.Errorf("parse mail layout: %w", err)
	}
	for _, name := range mailNames() {
		set, err := mails.Clone()
		if err == nil {
			set, err = set.ParseFS(files, name+".html")
		}
		if err != nil {
			return fmt.Errorf("parse %s.html: %w", name, err)
		}
		t.pages[key{lang, name}] = set
		text, err := texttemplate.New("").Funcs(funcs).ParseFS(files, "mail/layout.txt", name+".txt")
		if err != nil {
			return fmt.Errorf("parse %s.txt: %w", name, err)
		}
		t.texts[key{lang, name}] = text
	}
	return nil
}

// pageNames lists the pages: "layout/error", "checkout/offer", …
func pageNames() []string {
	var names []string
	for _, s := range surfaces {
		names = append(names, under(s, ".html")...)
	}
	parts := map[string]bool{"layout/frame": true, "layout/parts": true, "layout/brand": true}
	var pages []string
	for _, n := range names {
		if !parts[n] {
			pages = append(pages, n)
		}
	}
	return pages
}

// mailNames lists the mails: "mail/offer", … Each has an .html and a .txt.
func mailNames() []string {
	var mails []string
	for _, n := range under("mail", ".txt") {
		if n != "mail/layout" {
			mails = append(mails, n)
		}
	}
	return mails
}

// under lists the embedded files of a folder with an extension, without it.
func under(folder, ext string) []string {
	found, err := fs.Glob(files, path.Join(folder, "*"+ext))
	if err != nil {
		panic(err) // only a malformed pattern, which is a constant
	}
	for i, f := range found {
		found[i] = strings.TrimSuffix(f, ext)
	}
	return found
}

// render executes a page in a language. What was written before an error is
// half a page: callers render into a buffer.
func (t *Templates) render(w io.Writer, lang, name string, data any) error {
	set, ok := t.pages[key{t.Language(lang), name}]
	if !ok {
		return fmt.Errorf("render %s: no such page", name)
	}
	if err := set.ExecuteTemplate(w, "page", data); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	return nil
}
