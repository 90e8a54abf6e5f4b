package gallery

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/browsertest"
	"github.com/inturn/inturn/templates"
)

// The limits of what a first visit loads, uncompressed.
const (
	heaviestPage = 50_000
	heaviestMail = 100_000
)

// view is one way in which a page is looked at.
type view struct {
	name  string
	width int
	dark  bool
}

var (
	phone       = view{"360-light", 360, false}
	phoneDark   = view{"360-dark", 360, true}
	desktop     = view{"1280-light", 1280, false}
	desktopDark = view{"1280-dark", 1280, true}
)

// TestEverythingIsShown wants a scene of every page and mail that there is.
func TestEverythingIsShown(t *testing.T) {
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(text)
	}
	kind := reflect.TypeFor[*templates.Templates]()
	for i := range kind.NumMethod() {
		name := kind.Method(i).Name
		if (strings.HasSuffix(name, "Page") || strings.HasSuffix(name, "Mail")) && !strings.Contains(source.String(), "t."+name+"(") {
			t.Errorf("there is no scene of %s", name)
		}
	}
}

// TestAccessible runs axe-core over every page: in English in every view, in
// the other languages where words are longest on the narrowest screen.
func TestAccessible(t *testing.T) {
	auditor := browsertest.NewAuditor(t)
	h := open(t)
	b := browsertest.New(t, browsertest.Options{Scripts: true})
	for _, v := range []view{phone, phoneDark, desktop, desktopDark} {
		b.Screen(v.width, 900)
		b.Dark(v.dark)
		for _, lang := range h.templates.Languages() {
			if lang != "en" && v != phone {
				continue
			}
			for _, sc := range h.pages {
				b.Goto(h.url + "/" + lang + "/" + sc.name)
				for _, f := range auditor.Audit(b) {
					t.Errorf("%s in %s, %s: %s", sc.name, lang, v.name, f)
				}
			}
		}
	}
	if complaints := b.Errors(); len(complaints) > 0 {
		t.Errorf("the browser complains: %s", strings.Join(complaints, "\n"))
	}
}

// TestFits wants no page or mail wider than the narrowest screen in use
// (WCAG 2.2, 1.4.10), in any language.
func TestFits(t *testing.T) {
	h := open(t)
	b := browsertest.New(t, browsertest.Options{Width: 320})
	for _, lang := range h.templates.Languages() {
		for _, sc := range h.scenes() {
			b.Goto(h.url + "/" + lang + "/" + sc.name)
			if !b.Fits() {
				t.Errorf("%s in %s is wider than 320 pixels", sc.name, lang)
			}
		}
	}
}

// TestValidHTML runs an HTML validator over every page and mail in every
// language.
func TestValidHTML(t *testing.T) {
	h := open(t)
	for name, scenes := range map[string][]scene{"pages": h.pages, "mails": h.mails} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			h.write(t, dir, scenes)
			if complaints := browsertest.ValidateHTML(t, dir, name); complaints != "" {
				t.Error(complaints)
			}
		})
	}
}

// TestWeight holds pages and mails below their limits, with everything they
// load.
func TestWeight(t *testing.T) {
	h := open(t)
	for _, lang := range h.templates.Languages() {
		for _, sc := range h.pages {
			n, parts := h.weight(t, sc, lang)
			if n > heaviestPage {
				t.Errorf("%s in %s weighs %d bytes: %v", sc.name, lang, n, parts)
			}
			if lang == "en" {
				t.Logf("%-24s %6d bytes, of which %6d are the page itself", sc.name, n, parts["html"])
			}
		}
		for _, sc := range h.mails {
			if n := len(h.html(t, sc, lang)); n > heaviestMail {
				t.Errorf("%s in %s weighs %d bytes", sc.name, lang, n)
			}
		}
	}
}

// TestScreenshots takes the pictures when INTURN_GALLERY names a folder for
// them: LANG/SCENE-WIDTH-light.png and -dark.png. INTURN_GALLERY_ONLY is a
// regular expression for LANG/SCENE-WIDTH-light.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("INTURN_GALLERY")
	if dir == "" {
		return // pictures were not asked for
	}
	only, err := regexp.Compile(os.Getenv("INTURN_GALLERY_ONLY"))
	if err != nil {
		t.Fatal(err)
	}
	h := open(t)
	b := browsertest.New(t, browsertest.Options{Scripts: true})
	for _, v := range []view{phone, phoneDark, desktop, desktopDark} {
		b.Screen(v.width, 800)
		b.Dark(v.dark)
		for _, lang := range h.templates.Languages() {
			if err := os.MkdirAll(filepath.Join(dir, lang), 0o755); err != nil {
				t.Fatal(err)
			}
			for _, sc := range h.scenes() {
				if !only.MatchString(lang + "/" + sc.name + "-" + v.name) {
					continue
				}
				b.Goto(h.url + "/" + lang + "/" + sc.name)
				file := filepath.Join(dir, lang, fmt.Sprintf("%s-%s.png", sc.name, v.name))
				if err := os.WriteFile(file, b.Photograph(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// TestDocumentationPictures takes the pictures of README and docs when
// INTURN_GALLERY_DOCS names their folder: what a phone shows first, light and
// dark.
func TestDocumentationPictures(t *testing.T) {
	dir := os.Getenv("INTURN_GALLERY_DOCS")
	if dir == "" {
		return // pictures were not asked for
	}
	h := open(t)
	b := browsertest.New(t, browsertest.Options{Scripts: true})
	b.Sharp(360, 771, 1.5)
	for file, page := range map[string]string{
		"landing": "en/landing-open", "place": "en/place-waiting", "offer": "en/offer", "order": "en/order",
		"place-nl": "nl/place-standby", "offer-de": "de/offer-one-left", "mail-fr": "fr/mail-offer", "progress": "en/progress-moving",
	} {
		for suffix, dark := range map[string]bool{"": false, "-dark": true} {
			b.Dark(dark)
			b.Goto(h.url + "/" + page)
			if err := os.WriteFile(filepath.Join(dir, file+suffix+".png"), b.Glance(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
