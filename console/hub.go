package console

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// hub shows sales to those who watch them. For each sale that somebody
// watches one goroutine looks at it every so often, draws what has changed
// once for all watchers, and rests; nobody watching is nothing done. A
// watcher that is slow misses what was between two looks, and keeps nobody
// waiting.
type hub struct {
	look  func(ctx context.Context, slug string) ([]templates.LiveFragment, error)
	clock sale.Clock
	every time.Duration
	log   *slog.Logger

	mu    sync.Mutex
	ctx   context.Context // nil: the hub does not run
	shows map[string]*show
	count int
	looks sync.WaitGroup
}

// A hub looks every two seconds, and takes at most a tenth of the time for it.
const (
	lookEvery    = 2 * time.Second
	lookRests    = 9
	longestRest  = 30 * time.Second
	mostWatchers = 500
)

// show is one sale and those who watch it.
type show struct {
	watchers map[*watcher]bool
	last     *frame
	stop     context.CancelFunc
}

// watcher is somebody who watches. News has at most the newest frame; it is
// closed when there will be no more.
type watcher struct {
	News chan *frame
	slug string
}

// frame is what everybody sees at one moment. Fragments that did not change
// keep the number of the frame that they changed in.
type frame struct {
	number    int
	fragments []templates.LiveFragment
	changed   []int
	trouble   string // why this look failed; the fragments are those of before

	mu     sync.Mutex
	events map[int][]byte
}

func newHub(o Options, look func(context.Context, string) ([]templates.LiveFragment, error)) *hub {
	return &hub{look: look, clock: o.Clock, every: lookEvery, log: o.Logger, shows: map[string]*show{}}
}

// run lets the hub work until ctx ends. It returns when nobody watches and
// nothing is looked at any more.
func (h *hub) run(ctx context.Context) {
	h.mu.Lock()
	h.ctx = ctx
	h.mu.Unlock()
	<-ctx.Done()
	h.mu.Lock()
	h.ctx = nil
	for slug, s := range h.shows {
		for w := range s.watchers {
			close(w.News)
		}
		h.count -= len(s.watchers)
		clear(s.watchers) // a look may be about to show them what it saw
		s.stop()
		delete(h.shows, slug)
	}
	h.mu.Unlock()
	h.looks.Wait()
}

// watch begins watching. It gives nil while the hub does not run: then there
// is nothing to wait for.
func (h *hub) watch(slug string) (*watcher, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ctx == nil {
		return nil, nil
	}
	if h.count >= mostWatchers {
		return nil, sale.E(sale.CodeOverloaded, "Too many are watching at once. Refresh the page instead.")
	}
	w := &watcher{News: make(chan *frame, 1), slug: slug}
	s := h.shows[slug]
	if s == nil {
		ctx, stop := context.WithCancel(h.ctx)
		s = &show{watchers: map[*watcher]bool{}, stop: stop}
		h.shows[slug] = s
		h.looks.Go(func() { h.follow(ctx, slug, s) })
	}
	s.watchers[w] = true
	h.count++
	if s.last != nil {
		w.News <- s.last
	}
	return w, nil
}

// leave ends watching. The last one to leave switches the light off.
func (h *hub) leave(w *watcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.shows[w.slug]
	if s == nil || !s.watchers[w] {
		return // the hub has stopped
	}
	delete(s.watchers, w)
	h.count--
	if len(s.watchers) == 0 {
		s.stop()
		delete(h.shows, w.slug)
	}
}

// newest is what those who watch a sale see now; nil when nobody does.
func (h *hub) newest(slug string) []templates.LiveFragment {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s := h.shows[slug]; s != nil && s.last != nil && s.last.trouble == "" {
		return s.last.fragments
	}
	return nil
}

// follow looks at one sale until nobody watches it.
func (h *hub) follow(ctx context.Context, slug string, s *show) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		began := h.clock()
		fragments, err := h.look(ctx, slug)
		rest := min(max(h.every, lookRests*h.clock().Sub(began)), longestRest)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			h.log.WarnContext(ctx, "a sale cannot be watched", "sale", slug, "error", err)
		}
		h.publish(s, fragments, err)
		timer.Reset(rest)
	}
}

// publish gives a frame to everybody. Who has not taken the last one gets this
// one instead.
func (h *hub) publish(s *show, fragments []templates.LiveFragment, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s.last = s.last.next(fragments, err)
	for w := range s.watchers {
		select {
		case <-w.News:
		default:
		}
		w.News <- s.last // it has room: only this goroutine fills it
	}
}

// next is the frame after f, which may be nil.
func (f *frame) next(fragments []templates.LiveFragment, err error) *frame {
	n := &frame{number: 1, fragments: fragments, events: map[int][]byte{}}
	if f != nil {
		n.number = f.number + 1
	}
	if err != nil {
		n.trouble = "The figures cannot be read at the moment."
		if f != nil {
			n.fragments, n.changed = f.fragments, f.changed
		}
		return n
	}
	before := map[string]int{}
	if f != nil {
		for i, was := range f.fragments {
			before[was.Name+" "+string(was.HTML)] = f.changed[i]
		}
	}
	for _, is := range fragments {
		changed, same := before[is.Name+" "+string(is.HTML)]
		if !same {
			changed = n.number
		}
		n.changed = append(n.changed, changed)
	}
	return n
}

// event is what somebody is told who has seen everything up to the frame of
// that number. It is made once for all who have.
func (f *frame) event(since int) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if e, ok := f.events[since]; ok {
		return e, nil
	}
	told := struct {
		Trouble   string            `json:"trouble,omitempty"`
		Fragments map[string]string `json:"fragments"`
	}{f.trouble, map[string]string{}}
	for i, part := range f.fragments {
		if f.changed[i] > since {
			told.Fragments[part.Name] = string(part.HTML)
		}
	}
	var b bytes.Buffer
	b.WriteString("event: live\ndata: ")
	e := json.NewEncoder(&b) // writes no line break but one at the end
	e.SetEscapeHTML(false)
	if err := e.Encode(told); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	f.events[since] = b.Bytes()
	return f.events[since], nil
}
