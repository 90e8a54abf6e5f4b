package web

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/templates"
)

// buffers are what pages are rendered into, so that an error half-way leaves
// nothing sent.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Page renders into a buffer, then answers. It is not stored anywhere unless
// the handler has set Cache-Control.
func Page(c echo.Context, status int, render func(io.Writer) error) error {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := render(b); err != nil {
		return err
	}
	noStore(c)
	h := c.Response().Header()
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	if lang := languageOf(b.Bytes()); lang != "" {
		h.Set("Content-Language", lang)
	}
	if h.Get("Vary") == "" {
		h.Set("Vary", "Accept, Accept-Language")
	}
	return c.HTMLBlob(status, b.Bytes())
}

// languageOf is the language that a page says it is in. Reading it there
// spares every handler to say it, and none can forget it.
func languageOf(page []byte) string {
	_, rest, found := bytes.Cut(page[:min(len(page), 100)], []byte(`<html lang="`))
	lang, _, closed := bytes.Cut(rest, []byte(`"`))
	if !found || !closed {
		return ""
	}
	return string(lang)
}

// JSON answers v. It is not stored anywhere unless the handler has set
// Cache-Control.
func JSON(c echo.Context, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	noStore(c)
	return c.JSONBlob(status, body)
}

// File answers with a file that a program is to open, under a name for
// whoever keeps it. The name is our own and needs no quoting.
func File(c echo.Context, name, contentType string, body []byte) error {
	noStore(c)
	c.Response().Header().Set("Content-Disposition", `inline; filename="`+name+`"`)
	c.Response().Header().Set("Content-Length", strconv.Itoa(len(body)))
	return c.Blob(http.StatusOK, contentType, body)
}

// SeeOther answers 303: the result of a form is a page of its own.
func SeeOther(c echo.Context, url string) error {
	noStore(c)
	return c.Redirect(http.StatusSeeOther, url)
}

func noStore(c echo.Context) {
	if h := c.Response().Header(); h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
}

// WantsJSON says whether the client prefers JSON to a page: it names JSON and
// does not rank HTML above it. A client that names neither is answered in
// kind: JSON for JSON.
func WantsJSON(c echo.Context) bool {
	r := c.Request()
	accept := strings.ToLower(r.Header.Get("Accept"))
	if !strings.Contains(accept, "json") {
		return !strings.Contains(accept, "html") && isJSON(r.Header.Get("Content-Type"))
	}
	var asJSON, asHTML float64
	for one := range strings.SplitSeq(accept, ",") {
		kind, params, _ := strings.Cut(one, ";")
		switch kind = strings.TrimSpace(kind); {
		case isJSON(kind):
			asJSON = max(asJSON, quality(params))
		case kind == "text/html", kind == "application/xhtml+xml":
			asHTML = max(asHTML, quality(params))
		}
	}
	return asJSON > 0 && asJSON >= asHTML
}

func isJSON(kind string) bool {
	kind, _, _ = strings.Cut(kind, ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	return kind == "application/json" || strings.HasSuffix(kind, "+json")
}

// quality reads the q of an Accept header's element; 1 when there is none.
func quality(params string) float64 {
	for p := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		if strings.EqualFold(name, "q") {
			q, err := strconv.ParseFloat(value, 64)
			if err != nil || q < 0 {
				return 0
			}
			return q
		}
	}
	return 1
}

// Surroundings is what an error page can say about where its reader is.
type Surroundings struct {
	templates.Frame
	Back string // where to go from here, without a query
	// In is Back in another language, where the address itself says which;
	// nil: where it is asked for in the query.
	In func(lang string) string
}

const keySurroundings = "inturn.surroundings"

// Surround says where the reader is, in case the handler fails from here on.
func Surround(c echo.Context, s Surroundings) { c.Set(keySurroundings, s) }

func frameOf(c echo.Context) Surroundings {
	s, _ := c.Get(keySurroundings).(Surroundings)
	return s
}
