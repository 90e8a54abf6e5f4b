package gallery

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/browsertest"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// consoleScenes are the organizers' pages as one of them meets them, in
// English. A scene is named after its page's file: "signin", or
// "signin-refused". Every feature lists its own in a file of its own.
func consoleScenes() []scene {
	return slices.Concat(accessScenes(), textsScenes(), steerScenes(), watchScenes(), fanScenes(), setupScenes(), freezeScenes())
}

// consoleFrame is what stands around an organizer's page that is about no
// sale.
func consoleFrame(title string) templates.ConsoleFrame {
	return templates.ConsoleFrame{Title: title, Who: "ann@lakeside.example", Everything: true}
}

// saleFrame is what stands around one of a sale's pages.
func saleFrame(title, tab string) templates.ConsoleFrame {
	f := consoleFrame(title)
	f.Tab = tab
	f.Sale = &templates.ConsoleSale{
		Slug: "lakeside-2027", Title: "Lakeside Festival 2027", Phase: "running", Role: sale.RoleOwner, Manages: true, Owns: true,
	}
	return f
}

// openConsole serves the console's scenes as its listener would.
func openConsole(t *testing.T) *hall {
	t.Helper()
	ts, err := templates.New()
	if err != nil {
		t.Fatal(err)
	}
	h := &hall{templates: ts, pages: consoleScenes()}
	s, err := web.New(web.Options{Name: "console", Templates: ts, Clock: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	// A live page asks for its stream, and is told that there is none.
	// The live page's stream, in which nothing happens.
	s.Echo().GET("/sales/:sale/live", func(c echo.Context) error {
		c.Response().Header().Set("Content-Type", "text/event-stream")
		c.Response().WriteHeader(http.StatusOK)
		c.Response().Flush()
		<-c.Request().Context().Done()
		return nil
	})
	for _, sc := range h.pages {
		s.Echo().GET("/"+sc.name, func(c echo.Context) error {
			return web.Page(c, http.StatusOK, func(w io.Writer) error { return sc.render(ts, w, "en") })
		})
	}
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

// TestEveryConsolePageIsShown wants a scene of every page of the console.
func TestEveryConsolePageIsShown(t *testing.T) {
	for _, page := range consolePages(t) {
		if !slices.ContainsFunc(consoleScenes(), func(sc scene) bool { return sc.name == page || strings.HasPrefix(sc.name, page+"-") }) {
			t.Errorf("there is no scene of console/%s.html", page)
		}
	}
}

// TestConsoleAccessible runs axe-core over every page of the console, and
// wants it no wider than the narrowest screen in use.
func TestConsoleAccessible(t *testing.T) {
	auditor := browsertest.NewAuditor(t)
	h := openConsole(t)
	b := browsertest.New(t, browsertest.Options{Scripts: true})
	for _, v := range []view{{"320-light", 320, false}, phoneDark, desktop, desktopDark} {
		b.Screen(v.width, 900)
		b.Dark(v.dark)
		for _, sc := range h.pages {
			b.Goto(h.url + "/" + sc.name)
			for _, f := range auditor.Audit(b) {
				t.Errorf("%s, %s: %s", sc.name, v.name, f)
			}
			if !b.Fits() {
				t.Errorf("%s is wider than %d pixels", sc.name, v.width)
			}
		}
	}
	if complaints := b.Errors(); len(complaints) > 0 {
		t.Errorf("the browser complains: %s", strings.Join(complaints, "\n"))
	}
}

// TestConsoleOnPaper wants what is printed (the report, the history, recovery
// codes) to fit on A4 whole, without what can only be pressed.
func TestConsoleOnPaper(t *testing.T) {
	h := openConsole(t)
	b := browsertest.New(t, browsertest.Options{})
	b.Paper()
	for _, name := range []string{"report", "history", "freeze", "recovery", "texts"} {
		b.Goto(h.url + "/" + name)
		if !b.Fits() || !browsertest.Evaluate[bool](b, "[...document.querySelectorAll('.scroll')].every(e => e.scrollWidth <= e.clientWidth)") {
			t.Errorf("%s is wider than the paper", name)
		}
		const shown = "[...document.querySelectorAll('button, form, .you, .tabs ul, .pages')].filter(e => e.checkVisibility()).map(e => e.outerHTML).join(' ')"
		if left := browsertest.Evaluate[string](b, shown); left != "" {
			t.Errorf("%s prints %s", name, left)
		}
	}
}

// TestConsoleValidHTML runs the HTML validator over every page of the console.
func TestConsoleValidHTML(t *testing.T) {
	h := openConsole(t)
	dir := t.TempDir()
	for _, sc := range h.pages {
		if err := os.WriteFile(filepath.Join(dir, sc.name+".html"), h.html(t, sc, "en"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if complaints := browsertest.ValidateHTML(t, dir, "pages"); complaints != "" {
		t.Error(complaints)
	}
}

// TestConsoleScreenshots takes the console's pictures when INTURN_GALLERY
// names a folder for them: console/SCENE-WIDTH-light.png and -dark.png.
// INTURN_GALLERY_ONLY is a regular expression for console/SCENE-WIDTH-light.
func TestConsoleScreenshots(t *testing.T) {
	dir := os.Getenv("INTURN_GALLERY")
	if dir == "" {
		return // pictures were not asked for
	}
	only, err := regexp.Compile(os.Getenv("INTURN_GALLERY_ONLY"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "console"), 0o755); err != nil {
		t.Fatal(err)
	}
	h := openConsole(t)
	b := browsertest.New(t, browsertest.Options{Scripts: true})
	for _, v := range []view{phone, phoneDark, desktop, desktopDark} {
		b.Screen(v.width, 800)
		b.Dark(v.dark)
		for _, sc := range h.pages {
			name := fmt.Sprintf("console/%s-%s", sc.name, v.name)
			if !only.MatchString(name) {
				continue
			}
			b.Goto(h.url + "/" + sc.name)
			if err := os.WriteFile(filepath.Join(dir, name+".png"), b.Photograph(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestConsoleDocumentationPictures takes one picture of every page of the
// console for docs/console.md when INTURN_GALLERY_DOCS names the folder; those
// of the README in dark as well.
func TestConsoleDocumentationPictures(t *testing.T) {
	dir := os.Getenv("INTURN_GALLERY_DOCS")
	if dir == "" {
		return // pictures were not asked for
	}
	if err := os.MkdirAll(filepath.Join(dir, "console"), 0o755); err != nil {
		t.Fatal(err)
	}
	h := openConsole(t)
	b := browsertest.New(t, browsertest.Options{Scripts: true})
	b.Screen(960, 600)
	shoot := func(scene, file string) {
		b.Goto(h.url + "/" + scene)
		if err := os.WriteFile(filepath.Join(dir, "console", file+".png"), b.Photograph(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, page := range consolePages(t) {
		shoot(firstScene(page), page)
	}
	b.Dark(true)
	for _, page := range []string{"live", "change", "fan", "plan"} {
		shoot(firstScene(page), page+"-dark")
	}
}

// firstScene is the scene of a page that shows it best: the first one, or the
// one in which most is to be seen.
func firstScene(page string) string {
	if best := map[string]string{"live": "live-running"}[page]; best != "" {
		return best
	}
	for _, sc := range consoleScenes() {
		if sc.name == page || strings.HasPrefix(sc.name, page+"-") {
			return sc.name
		}
	}
	return page
}

// consolePages are the files of the console's pages.
func consolePages(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../templates/console/*.html")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var pages []string
	for _, file := range files {
		if page := strings.TrimSuffix(filepath.Base(file), ".html"); page != "frame" && page != "parts" {
			pages = append(pages, page)
		}
	}
	return pages
}
