package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// TestStreamsOutliveDeadlines: neither a request's deadline nor the listener's
// own ends an answer that goes on, and its end is seen.
func TestStreamsOutliveDeadlines(t *testing.T) {
	pages, err := templates.New()
	if err != nil {
		t.Fatal(err)
	}
	s, err := web.New(web.Options{
		Name: "test", Templates: pages, Clock: time.Now, Timeout: 100 * time.Millisecond,
		Streams: func(r *http.Request) bool { return r.URL.Path == "/stream" },
	})
	if err != nil {
		t.Fatal(err)
	}
	late, gone := make(chan struct{}), make(chan struct{})
	s.Echo().GET("/plain", func(c echo.Context) error {
		<-c.Request().Context().Done()
		close(late)
		return nil
	})
	s.Echo().GET("/stream", func(c echo.Context) error {
		stream, err := web.OpenStream(c)
		if err != nil {
			return err
		}
		<-late // a deadline of ours would have been over before
		if err := stream.Context().Err(); err != nil {
			t.Error(err)
		}
		if err := stream.Send([]byte("data: still here\n\n")); err != nil {
			t.Error(err)
		}
		<-stream.Done()
		close(gone)
		return nil
	})
	server := httptest.NewUnstartedServer(s.Handler())
	server.Config.WriteTimeout, server.Config.ReadTimeout = 50*time.Millisecond, 50*time.Millisecond
	server.Start()
	defer server.Close()
	answer, err := server.Client().Get(server.URL + "/stream")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		if a, err := server.Client().Get(server.URL + "/plain"); err == nil {
			a.Body.Close()
		}
	}()
	got := make([]byte, 18)
	if _, err := io.ReadFull(answer.Body, got); err != nil || string(got) != "data: still here\n\n" {
		t.Errorf("%q %v", got, err)
	}
	answer.Body.Close()
	<-gone
}
