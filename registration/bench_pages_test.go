package registration

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// BenchmarkPages measures what the line's pages cost over HTTP, at 64
// connections with the load generator beside the server on the same cores:
//
//	go test -run '^$' -bench Pages -benchtime 5s ./registration
//
// The landing page comes from memory; "unchanged" is a browser that has it
// already; how far the line is comes from memory, too. A place page reads one place from the database and is rendered for
// its fan.
func BenchmarkPages(b *testing.B) {
	h := storing(b, sqldbtest.SQLite(b)())
	first := ask(b, h, "POST", "/lakeside-2027", "email=first%40example.org")
	place := first.Header.Get("Location")
	landing := ask(b, h, "GET", "/lakeside-2027/en", "")
	addr := serve(b, h)
	pages := []struct {
		name, path, header string
		status             int
	}{
		{"landing", "/lakeside-2027/en", "", http.StatusOK},
		{"landing-unchanged", "/lakeside-2027/en", "If-None-Match: " + landing.Header.Get("ETag") + "\r\n", http.StatusNotModified},
		{"sales", "/", "", http.StatusOK},
		{"progress", "/lakeside-2027/en/progress", "", http.StatusOK},
		{"place", place, "", http.StatusOK},
	}
	for _, p := range pages {
		b.Run(p.name, func(b *testing.B) {
			load{b, 64, addr, get(p.path, p.header)}.run(p.status)
		})
	}
}

// ask sends one request to a handler and wants it to work.
func ask(b *testing.B, h http.Handler, method, path, form string) *http.Response {
	b.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, "http://"+serve(b, h)+path, strings.NewReader(form))
	if err != nil {
		b.Fatal(err)
	}
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = answer.Body.Close() })
	if answer.StatusCode >= 400 {
		b.Fatalf("%s %s: status %d", method, path, answer.StatusCode)
	}
	return answer
}
