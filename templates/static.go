package templates

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// StaticPath is where every listener serves the static files.
const StaticPath = "/static/"

// assets are the static files by hashed name.
type assets struct {
	urls  map[string]string // "inturn.css" → "/static/inturn.1f3c….css"
	files map[string]asset  // by hashed name
}

type asset struct {
	data []byte
	mime string
}

// kinds are the media types of what is in static/. The machine's own table
// is not asked: it differs from machine to machine.
var kinds = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

func loadAssets(files fs.FS) (*assets, error) {
	a := &assets{urls: map[string]string{}, files: map[string]asset{}}
	entries, err := fs.ReadDir(files, "static")
	if err != nil {
		return nil, fmt.Errorf("read static files: %w", err)
	}
	for _, e := range entries {
		data, err := fs.ReadFile(files, path.Join("static", e.Name()))
		if err != nil {
			return nil, fmt.Errorf("read static file: %w", err)
		}
		sum := sha256.Sum256(data)
		ext := path.Ext(e.Name())
		hashed := strings.TrimSuffix(e.Name(), ext) + "." + hex.EncodeToString(sum[:6]) + ext
		a.urls[e.Name()] = StaticPath + hashed
		kind, ok := kinds[ext]
		if !ok {
			return nil, fmt.Errorf("static file %s: no media type known for it", e.Name())
		}
		a.files[hashed] = asset{data, kind}
	}
	return a, nil
}

// url is the address of a static file. It changes with the content, so that
// browsers may keep it for a year.
func (a *assets) url(name string) (string, error) {
	u, ok := a.urls[name]
	if !ok {
		return "", fmt.Errorf("no static file %q", name)
	}
	return u, nil
}

// Static serves the static files under StaticPath. An unknown name, such as
// one of an older release, is answered 404.
func (t *Templates) Static() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, ok := t.assets.files[strings.TrimPrefix(r.URL.Path, StaticPath)]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", f.mime)
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		_, _ = w.Write(f.data) // the client went away: nobody to tell
	})
}
