package demo

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"
)

// shared is a buffer that a renderer may write to meanwhile.
type shared struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func TestPlainLines(t *testing.T) {
	var out bytes.Buffer
	s := newShow(Options{Tickets: 40, Fans: 45, Progress: &out})
	s.say("hello %s", "you")
	for i := range 10 {
		s.update(Sample{At: time.Duration(i) * 500 * time.Millisecond, Seconds: float64(i) / 2, Places: i, Sold: 1}, nil)
	}
	s.end()
	want := `hello you
  0.0 s  in line 0  waiting 0  offered 0  sold 1 of 40  mails 0
  2.0 s  in line 4  waiting 0  offered 0  sold 1 of 40  mails 0
  4.0 s  in line 8  waiting 0  offered 0  sold 1 of 40  mails 0
`
	if out.String() != want {
		t.Errorf("got:\n%s", out.String())
	}
}

func TestLiveBars(t *testing.T) {
	r, _ := played()
	out := &shared{}
	s := newShow(Options{Tickets: 40, Fans: 45, Progress: out, Terminal: Terminal{Live: true, Width: 100, Height: 50}})
	s.say("hello %s", "you")
	last := r.Curve[len(r.Curve)-1]
	last.finished = 45
	s.update(last, r.Curve)
	s.end()
	out.mu.Lock()
	defer out.mu.Unlock()
	for _, want := range []string{"hello you", "Tickets sold      40 of 40", "In line           40 of 40", "Know the end      45 of 45"} {
		if !strings.Contains(out.b.String(), want) {
			t.Errorf("%q is not shown:\n%s", want, out.b.String())
		}
	}
}
