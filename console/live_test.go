package console

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// onAir has the house answer as it does in earnest, until stop.
func (h *house) onAir() (url string, stop func()) {
	h.Helper()
	h.s.hub.every = 10 * time.Millisecond
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		h.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.s.Serve(ctx, ln) }()
	stopped := false
	stop = func() {
		h.Helper()
		if stopped {
			return
		}
		stopped = true
		cancel()
		select {
		case err := <-done:
			if err != nil {
				h.Error(err)
			}
		case <-time.After(time.Minute):
			h.Error("it does not stop")
		}
	}
	h.Cleanup(stop)
	// The hub begins beside the listener.
	for deadline := time.After(time.Minute); ; {
		h.s.hub.mu.Lock()
		runs := h.s.hub.ctx != nil
		h.s.hub.mu.Unlock()
		if runs {
			return "http://" + ln.Addr().String(), stop
		}
		select {
		case <-deadline:
			h.Fatal("the hub does not begin")
		case <-time.After(time.Millisecond):
		}
	}
}

// tuned is somebody who reads a stream.
type tuned struct {
	*house
	answer *http.Response
	events *bufio.Scanner
	parts  map[string]string // as a page would show them
}

// tune opens a stream as somebody whose session it is.
func (h *house) tune(url, cookie string) *tuned {
	h.Helper()
	r, err := http.NewRequestWithContext(h.Context(), http.MethodGet, url+"/sales/lakeside-2027/live", nil)
	if err != nil {
		h.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: cookieName, Value: cookie})
	transport := &http.Transport{DisableKeepAlives: true}
	answer, err := transport.RoundTrip(r)
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { answer.Body.Close() })
	t := &tuned{house: h, answer: answer, events: bufio.NewScanner(answer.Body), parts: map[string]string{}}
	t.events.Buffer(nil, 1<<20)
	return t
}

// until reads events until a part has what is wanted.
func (t *tuned) until(part, want string) {
	t.Helper()
	for !strings.Contains(t.parts[part], want) {
		if !t.events.Scan() {
			t.Fatalf("the stream ended before %q had %q; it had %q (%v)", part, want, t.parts[part], t.events.Err())
		}
		data, ok := strings.CutPrefix(t.events.Text(), "data: ")
		if !ok {
			continue
		}
		var e struct{ Fragments map[string]string }
		if err := json.Unmarshal([]byte(data), &e); err != nil {
			t.Fatal(err)
		}
		maps.Copy(t.parts, e.Fragments)
	}
}

// ends reads until the stream is over.
func (t *tuned) ends() {
	t.Helper()
	for n := 0; t.events.Scan(); n++ {
		if n > 1000 {
			t.Fatal("the stream goes on")
		}
	}
	if err := t.events.Err(); err != nil {
		t.Errorf("the stream broke off: %v", err)
	}
}

// queue has fans sign up.
func (h *house) queue(from, to int) {
	h.Helper()
	for i := from; i <= to; i++ {
		address := fmt.Sprintf("fan%d@mail.example", i)
		if _, err := h.line.SignUp(h.Context(), line.SignUp{Sale: "lakeside-2027", Lang: "en", Address: sale.Address{Typed: address, Canonical: address}}); err != nil {
			h.Fatal(err)
		}
	}
}

// TestLiveStream: numbers follow while fans sign up; nothing on the way keeps
// them; and a stop ends the stream instead of waiting for it.
func TestLiveStream(t *testing.T) {
	leaks := goleak.IgnoreCurrent()
	h := newHouse(t)
	viewer := h.as("viewer")
	url, stop := h.onAir()
	s := h.tune(url, viewer.cookie)
	head := s.answer.Header
	if s.answer.StatusCode != http.StatusOK || head.Get("Content-Type") != "text/event-stream" || head.Get("X-Accel-Buffering") != "no" || head.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", s.answer.StatusCode, head)
	}
	s.until("now", "<dt>In line</dt><dd>0")
	h.queue(1, 3)
	s.until("now", "<dt>In line</dt><dd>3")
	s.until("classes", "3 of 25")
	stop()
	s.ends()
	s.answer.Body.Close()
	goleak.VerifyNone(t, leaks, goleak.IgnoreTopFunction("database/sql.(*DB).connectionOpener"), goleak.IgnoreAnyFunction("github.com/inturn/inturn/internal/sqldb.(*sessions).close"))
}

// TestLiveStreamEndsWithTheRight: when the session is over, or the role is
// taken away, nothing more is told.
func TestLiveStreamEndsWithTheRight(t *testing.T) {
	h := newHouse(t)
	url, _ := h.onAir()
	for name, takeAway := range map[string]func(b *browser){
		"viewer": func(*browser) {
			o, err := h.line.OrganizerAt(t.Context(), sale.Address{Typed: "viewer@lakeside.example", Canonical: "viewer@lakeside.example"})
			if err == nil {
				err = h.line.SetRole(t.Context(), o.ID, "lakeside-2027", sale.RoleNone, "house")
			}
			if err != nil {
				t.Fatal(err)
			}
		},
		"manager": func(b *browser) { b.want(b.post("/signout", nil), http.StatusSeeOther) },
	} {
		b := h.as(name)
		s := h.tune(url, b.cookie)
		s.until("now", "In line")
		takeAway(b)
		h.at(h.clock().Add(askAgain))
		s.ends()
	}
}

// TestLivePageWithoutScripts: the page has the numbers, and a link that shows
// the newest.
func TestLivePageWithoutScripts(t *testing.T) {
	h := newHouse(t)
	b := h.as("viewer")
	b.want(b.get("/sales/lakeside-2027"), 200, "<dt>In line</dt><dd>0", `<a class="button plain" href="/sales/lakeside-2027">Refresh</a>`, "<table", "Health of each part")
	h.queue(1, 2)
	b.want(b.get("/sales/lakeside-2027"), 200, "<dt>In line</dt><dd>2", "2 of 25", "-fan1@")
	// One part is drawn for everybody; the page says who may do something about it.
	if _, _, err := h.line.Freeze(t.Context(), "lakeside-2027", "ann@lakeside.example", "no network"); err != nil {
		t.Fatal(err)
	}
	b.want(b.get("/sales/lakeside-2027"), 200, "Frozen since", "Why: no network", "-live-manages")
	m := h.as("manager")
	m.want(m.get("/sales/lakeside-2027"), 200, `<div class="live live-manages">`, `<a class="button plain" href="/sales/lakeside-2027/freeze">Release it…</a>`)
	// Nobody serves here, so there is nothing to wait for.
	b.want(b.get("/sales/lakeside-2027/live"), 200)
}
