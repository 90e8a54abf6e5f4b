package gallery

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
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

	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// hall serves every scene as the real listeners would: with their headers,
// policy and static files.
type hall struct {
	templates *templates.Templates
	pages     []scene
	mails     []scene
	url       string
}

func open(t *testing.T) *hall {
	t.Helper()
	ts, err := templates.New()
	if err != nil {
		t.Fatal(err)
	}
	h := &hall{templates: ts, pages: append(scenes(), brandScenes(t)...), mails: mailScenes(t)}
	s, err := web.New(web.Options{Name: "gallery", Templates: ts, Clock: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]scene{}
	for _, sc := range h.scenes() {
		byName[sc.name] = sc
	}
	s.Echo().GET("/lakeside-2027/challenge", func(c echo.Context) error { return web.JSON(c, http.StatusOK, puzzle()) })
	s.Echo().GET("/:lang/:scene", func(c echo.Context) error {
		sc, ok := byName[c.Param("scene")]
		if !ok {
			return echo.ErrNotFound
		}
		if strings.HasPrefix(sc.name, "mail-") { // a mail program has no policy of ours, and mails style themselves
			c.Response().Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		}
		if sc.name == "embed-demo" {
			web.Frames(c)
		}
		return web.Page(c, http.StatusOK, func(w io.Writer) error { return sc.render(ts, w, c.Param("lang")) })
	})
	serveBrand(t, s, ts)
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

// puzzle is what a form that demands a proof of work fetches and solves.
func puzzle() map[string]any {
	sum := sha256.Sum256([]byte("salt7"))
	return map[string]any{
		"algorithm": "SHA-256", "challenge": hex.EncodeToString(sum[:]), "salt": "salt", "signature": "none", "maxnumber": 10,
	}
}

// scenes are the pages and the mails.
func (h *hall) scenes() []scene { return slices.Concat(h.pages, h.mails) }

// html is a scene's page.
func (h *hall) html(t *testing.T, sc scene, lang string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := sc.render(h.templates, &b, lang); err != nil {
		t.Fatalf("%s in %s: %v", sc.name, lang, err)
	}
	return b.Bytes()
}

// write puts every scene into a folder, LANG/NAME.html.
func (h *hall) write(t *testing.T, dir string, scenes []scene) {
	t.Helper()
	for _, lang := range h.templates.Languages() {
		if err := os.MkdirAll(filepath.Join(dir, lang), 0o755); err != nil {
			t.Fatal(err)
		}
		for _, sc := range scenes {
			if err := os.WriteFile(filepath.Join(dir, lang, sc.name+".html"), h.html(t, sc, lang), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// loads finds what a page asks its own server for.
var loads = regexp.MustCompile(`(?:src|href)="(/static/[^"]+)"`)

// weight is what a first visit to a page costs, and the parts of it.
func (h *hall) weight(t *testing.T, sc scene, lang string) (all int, parts map[string]int) {
	t.Helper()
	page := h.html(t, sc, lang)
	parts = map[string]int{"html": len(page)}
	for _, found := range loads.FindAllSubmatch(page, -1) {
		parts[string(found[1])] = h.size(t, string(found[1]))
	}
	for _, n := range parts {
		all += n
	}
	return all, parts
}

func (h *hall) size(t *testing.T, path string) int {
	t.Helper()
	r, err := http.Get(h.url + path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d, %v", path, r.StatusCode, err)
	}
	return len(body)
}
