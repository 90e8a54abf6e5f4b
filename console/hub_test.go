package console

import (
	"context"
	"encoding/json"
	"errors"
	"html/template"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// stage is a hub over a sale made of words, inside a bubble of time.
type stage struct {
	*hub
	looks atomic.Int64
	html  atomic.Pointer[string]
	err   atomic.Pointer[error]
	takes atomic.Int64 // nanoseconds of a look
}

func newStage(t *testing.T) *stage {
	s := &stage{}
	s.say("one")
	s.hub = newHub(Options{Clock: time.Now, Logger: slog.New(slog.DiscardHandler)}, func(ctx context.Context, slug string) ([]templates.LiveFragment, error) {
		s.looks.Add(1)
		wait(ctx, time.Duration(s.takes.Load()))
		if err := s.err.Load(); err != nil {
			return nil, *err
		}
		return []templates.LiveFragment{{Name: "still", HTML: "same"}, {Name: "moving", HTML: template.HTML(*s.html.Load())}}, nil
	})
	ctx, stop := context.WithCancel(t.Context())
	go s.run(ctx)
	synctest.Wait()
	t.Cleanup(func() {
		stop()
		synctest.Wait()
	})
	return s
}

func wait(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
}

func (s *stage) say(html string) { s.html.Store(&html) }

// join watches, and fails when that is refused.
func (s *stage) join(t *testing.T) *watcher {
	t.Helper()
	w, err := s.watch("lakeside")
	if err != nil || w == nil {
		t.Fatal(w, err)
	}
	return w
}

// read reads an event as the page does.
func read(t *testing.T, f *frame, since int) (fragments map[string]string, trouble string) {
	t.Helper()
	event, err := f.event(since)
	if err != nil {
		t.Fatal(err)
	}
	data, ok := strings.CutPrefix(string(event), "event: live\ndata: ")
	if !ok || !strings.HasSuffix(data, "\n\n") || strings.Count(data, "\n") != 2 {
		t.Fatalf("no event: %q", event)
	}
	var e struct {
		Trouble   string
		Fragments map[string]string
	}
	if err := json.Unmarshal([]byte(data), &e); err != nil {
		t.Fatal(err)
	}
	return e.Fragments, e.Trouble
}

// TestNobodyWatchingIsNothingDone: looks begin with the first watcher, are
// shared by all, and end with the last.
func TestNobodyWatchingIsNothingDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		wait(t.Context(), time.Hour)
		if n := s.looks.Load(); n != 0 {
			t.Errorf("%d looks for nobody", n)
		}
		a, b := s.join(t), s.join(t)
		wait(t.Context(), 9*time.Second)
		if n := s.looks.Load(); n != 5 {
			t.Errorf("%d looks in nine seconds for two", n)
		}
		s.leave(a)
		s.leave(a) // once more is harmless
		wait(t.Context(), 4*time.Second)
		if n := s.looks.Load(); n != 7 {
			t.Errorf("%d looks for the one who stayed", n)
		}
		s.leave(b)
		wait(t.Context(), time.Hour)
		if n := s.looks.Load(); n != 7 || len(s.shows) != 0 || s.count != 0 {
			t.Errorf("%d looks when all had gone, %d shows", n, len(s.shows))
		}
	})
}

// TestWatchersAreToldWhatChanged: the first event has everything, those after
// it what is new, and who was slow gets the newest with all that he missed.
func TestWatchersAreToldWhatChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		quick, slow := s.join(t), s.join(t)
		first := <-quick.News
		if got, _ := read(t, first, 0); got["still"] != "same" || got["moving"] != "one" {
			t.Errorf("first: %v", got)
		}
		s.say("<b>two</b>\nand a line")
		second := <-quick.News
		if got, _ := read(t, second, first.number); len(got) != 1 || got["moving"] != "<b>two</b>\nand a line" {
			t.Errorf("second: %v", got)
		}
		third := <-quick.News
		if got, _ := read(t, third, second.number); len(got) != 0 {
			t.Errorf("nothing changed, and yet: %v", got)
		}
		synctest.Wait()
		if f := <-slow.News; f != third {
			t.Errorf("the slow one got frame %d", f.number)
		}
		if got, _ := read(t, third, 0); got["still"] != "same" || got["moving"] != "<b>two</b>\nand a line" {
			t.Errorf("the slow one missed something: %v", got)
		}
		if got, _ := read(t, third, first.number); len(got) != 1 {
			t.Errorf("who has seen the first: %v", got)
		}
		// Who comes later sees it at once.
		if f := <-s.join(t).News; f != third {
			t.Errorf("who came later got frame %d", f.number)
		}
		if newest := s.newest("lakeside"); len(newest) != 2 || s.newest("hillside") != nil {
			t.Errorf("newest: %v", newest)
		}
	})
}

// TestTroubleIsSaid: the figures stay as they were, and it is said that they
// stand still.
func TestTroubleIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		w := s.join(t)
		first := <-w.News
		err := errors.New("gone")
		s.err.Store(&err)
		second := <-w.News
		if got, trouble := read(t, second, first.number); len(got) != 0 || trouble == "" || strings.Contains(trouble, "gone") {
			t.Errorf("%v %q", got, trouble)
		}
		if s.newest("lakeside") != nil {
			t.Error("a page shows figures that stand still")
		}
		s.err.Store(nil)
		s.say("two")
		if got, trouble := read(t, <-w.News, second.number); len(got) != 1 || trouble != "" {
			t.Errorf("%v %q", got, trouble)
		}
	})
}

// TestAHubRests: what takes long is done less often, a tenth of the time.
func TestAHubRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.takes.Store(int64(time.Second))
		s.join(t)
		wait(t.Context(), 20*time.Second-time.Millisecond)
		if n := s.looks.Load(); n != 2 {
			t.Errorf("%d looks of a second in twenty", n)
		}
	})
}

// TestAHubStops: all who watch are let go, and nobody is let in any more.
func TestAHubStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		h := newHub(Options{Clock: time.Now, Logger: slog.New(slog.DiscardHandler)}, func(ctx context.Context, _ string) ([]templates.LiveFragment, error) {
			<-ctx.Done() // a look that nobody answers
			return nil, ctx.Err()
		})
		if w, err := h.watch("lakeside"); w != nil || err != nil {
			t.Errorf("before it runs: %v %v", w, err)
		}
		stopped := make(chan struct{})
		go func() {
			h.run(ctx)
			close(stopped)
		}()
		synctest.Wait()
		var all []*watcher
		for range mostWatchers {
			w, err := h.watch("lakeside")
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, w)
		}
		if _, err := h.watch("hillside"); sale.CodeOf(err) != sale.CodeOverloaded {
			t.Errorf("one too many: %v", err)
		}
		stop()
		<-stopped
		for _, w := range all {
			if _, more := <-w.News; more {
				t.Fatal("a watcher is not let go")
			}
			h.leave(w)
		}
		if w, err := h.watch("lakeside"); w != nil || err != nil || h.count != 0 {
			t.Errorf("afterwards: %v %v", w, err)
		}
	})
}

// A look that ends in the very moment in which the hub stops shows nothing to
// watchers who have been told that there is no more.
func TestHubStopsBeforeALookIsShown(t *testing.T) {
	h := newHub(Options{Clock: time.Now, Logger: slog.New(slog.DiscardHandler)}, func(ctx context.Context, _ string) ([]templates.LiveFragment, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		go h.run(ctx)
		synctest.Wait()
		w, err := h.watch("lakeside")
		if err != nil {
			t.Fatal(err)
		}
		looking := h.shows["lakeside"]
		stop()
		synctest.Wait()
		h.publish(looking, nil, nil)
		if _, more := <-w.News; more {
			t.Error("there was more")
		}
	})
}
