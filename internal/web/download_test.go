package web_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// TestDownloadThatBreaksOff: whoever downloads sees that it is not the whole,
// whether anything had left already or not.
func TestDownloadThatBreaksOff(t *testing.T) {
	pages, err := templates.New()
	if err != nil {
		t.Fatal(err)
	}
	s, err := web.New(web.Options{Name: "test", Templates: pages, Clock: time.Now, Streams: func(*http.Request) bool { return true }})
	if err != nil {
		t.Fatal(err)
	}
	s.Echo().GET("/:lines/:fails", func(c echo.Context) error {
		return web.Download(c, "x.csv", "text/csv", func(w io.Writer) error {
			var n int
			fmt.Sscan(c.Param("lines"), &n)
			for range n {
				if _, err := io.WriteString(w, "a line of a file\r\n"); err != nil {
					return err
				}
			}
			if c.Param("fails") == "yes" {
				return errors.New("the database is gone")
			}
			return nil
		})
	})
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	for _, lines := range []int{0, 1, 10_000, 100_000} {
		for _, fails := range []string{"no", "yes"} {
			body, err := download(t, fmt.Sprintf("%s/%d/%s", server.URL, lines, fails))
			if (err != nil) != (fails == "yes") {
				t.Errorf("%d lines, fails %s: %v", lines, fails, err)
			}
			if err == nil && strings.Count(body, "\n") != lines {
				t.Errorf("%d lines arrived, want %d", strings.Count(body, "\n"), lines)
			}
		}
	}
}

func download(t *testing.T, url string) (string, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	if d := answer.Header.Get("Content-Disposition"); d != `attachment; filename="x.csv"` || answer.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", answer.Header)
	}
	body, err := io.ReadAll(answer.Body)
	return string(body), err
}
