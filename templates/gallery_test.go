package templates

import (
	"bytes"
	"flag"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var gallery = flag.String("gallery", "", "where TestGallery writes every page to be looked at; empty: a folder that is removed again")

// TestGallery writes every sample in every language, with the static files,
// so that a file server shows what a fan would see:
//
//	go test ./templates -run Gallery -gallery /tmp/gallery
//
// It fails on a page that, with everything it loads, is over 50 KB.
func TestGallery(t *testing.T) {
	dir := *gallery
	if dir == "" {
		dir = t.TempDir()
	}
	ts := newTemplates(t)
	static := ts.Static()
	size := map[string]int{}
	for url := range ts.assets.files {
		rec := httptest.NewRecorder()
		static.ServeHTTP(rec, httptest.NewRequest("GET", StaticPath+url, nil))
		size[StaticPath+url] = rec.Body.Len()
		hang(t, filepath.Join(dir, "static", url), rec.Body.Bytes())
	}
	for _, lang := range ts.Languages() {
		for _, s := range samples() {
			var b bytes.Buffer
			if err := s.render(ts, &b, lang); err != nil {
				t.Fatal(err)
			}
			weight := b.Len()
			for url, n := range size {
				if bytes.Contains(b.Bytes(), []byte(`"`+url+`"`)) {
					weight += n
				}
			}
			if weight > 50_000 {
				t.Errorf("%s (%s) weighs %d bytes with what it loads, want less than 50 KB", s.page, s.what, weight)
			}
			name := strings.NewReplacer("/", "-", " ", "-").Replace(s.page + " " + s.what)
			hang(t, filepath.Join(dir, lang, name+".html"), b.Bytes())
		}
	}
}

func hang(t *testing.T, file string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, content, 0o644); err != nil {
		t.Fatal(err)
	}
}
