package peertest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
)

// Fault is what the network does to one call or its answer.
type Fault int

// The faults.
const (
	None          Fault = iota
	LoseCall            // the call never arrives
	LoseAnswer          // the call is served, its answer never arrives
	Duplicate           // the call arrives twice; the second answer counts
	Delay               // the call arrives at the next Deliver, long after its caller gave up
	GarbleCall          // a bit of the call's body is flipped
	GarbleAnswer        // a bit of the answer's body is flipped
	CutAnswer           // the answer's body ends too early, with no sign of it
	SwapStatus          // 200 becomes 409 and everything else 200
	StaleAnswer         // the call is served, but the answer to the one before arrives
	ForeignAnswer       // the call is lost, and something in between answers 200 by itself
)

// All are the faults, None excepted.
var All = [...]Fault{
	LoseCall, LoseAnswer, Duplicate, Delay, GarbleCall,
	GarbleAnswer, CutAnswer, SwapStatus, StaleAnswer, ForeignAnswer,
}

var names = [...]string{
	"none", "lose call", "lose answer", "duplicate", "delay", "garble call",
	"garble answer", "cut answer", "swap status", "stale answer", "foreign answer",
}

func (f Fault) String() string { return names[f] }

// ErrLost is what a caller sees of a call or an answer that was lost.
var ErrLost = errors.New("peertest: lost on the wire")

// Network is an [http.RoundTripper] over another one, which is a whole network
// with its faults. It is safe for concurrent use; with one caller at a time and
// a Choose that depends on nothing else it does the same every time.
type Network struct {
	Next   http.RoundTripper
	Choose func(r *http.Request) Fault // None when nil

	mu      sync.Mutex
	delayed []parcel
	last    answer
}

// Direct serves every call by a function call: no socket, no goroutine, no
// clock. For simulations.
func Direct(h http.Handler) http.RoundTripper { return direct{h} }

type direct struct{ h http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	d.h.ServeHTTP(w, r)
	return w.Result(), nil
}

// parcel is a call that can be sent any number of times.
type parcel struct {
	r    *http.Request
	body []byte
}

func (p parcel) request() *http.Request {
	r := p.r.Clone(p.r.Context())
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(p.body)), int64(len(p.body))
	r.GetBody = nil
	return r
}

// answer is an answer that was read to its end.
type answer struct {
	response *http.Response
	body     []byte
}

func (a answer) send() *http.Response {
	response := *a.response
	response.Header = a.response.Header.Clone()
	response.Header.Del("Content-Length")
	response.Body, response.ContentLength = io.NopCloser(bytes.NewReader(a.body)), int64(len(a.body))
	return &response
}

// RoundTrip implements [http.RoundTripper].
func (n *Network) RoundTrip(r *http.Request) (*http.Response, error) {
	fault := None
	if n.Choose != nil {
		fault = n.Choose(r)
	}
	p, err := pack(r)
	if err != nil {
		return nil, err
	}
	switch fault {
	case LoseCall:
		return nil, ErrLost
	case ForeignAnswer:
		return foreign(r), nil
	case Delay:
		n.mu.Lock()
		n.delayed = append(n.delayed, p)
		n.mu.Unlock()
		return nil, ErrLost
	case GarbleCall:
		p.body = garbled(p.body)
	case Duplicate:
		if _, err := n.exchange(p); err != nil {
			return nil, err
		}
	}
	a, err := n.exchange(p)
	if err != nil {
		return nil, err
	}
	before := n.keep(a)
	switch fault {
	case LoseAnswer:
		return nil, ErrLost
	case GarbleAnswer:
		a.body = garbled(a.body)
	case CutAnswer:
		a.body = a.body[:len(a.body)/2]
	case SwapStatus:
		a = swapped(a)
	case StaleAnswer:
		if before.response == nil {
			return nil, ErrLost
		}
		a = before
	}
	return a.send(), nil
}

// Deliver lets the delayed calls arrive, in their order, and says how many
// there were. Nobody waits for their answers.
func (n *Network) Deliver() (int, error) {
	n.mu.Lock()
	delayed := n.delayed
	n.delayed = nil
	n.mu.Unlock()
	for _, p := range delayed {
		p.r = p.r.WithContext(context.WithoutCancel(p.r.Context()))
		if _, err := n.exchange(p); err != nil {
			return 0, err
		}
	}
	return len(delayed), nil
}

// keep remembers an answer and gives the one before it.
func (n *Network) keep(a answer) answer {
	n.mu.Lock()
	defer n.mu.Unlock()
	before := n.last
	n.last = a
	return before
}

func (n *Network) exchange(p parcel) (answer, error) {
	response, err := n.Next.RoundTrip(p.request())
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return answer{response, body}, err
}

func pack(r *http.Request) (parcel, error) {
	if r.Body == nil {
		return parcel{r: r}, nil
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	return parcel{r, body}, err
}

func garbled(body []byte) []byte {
	body = bytes.Clone(body)
	if len(body) > 0 {
		body[len(body)/2] ^= 1
	}
	return body
}

func swapped(a answer) answer {
	response := *a.response
	if response.StatusCode == http.StatusOK {
		response.StatusCode = http.StatusConflict
	} else {
		response.StatusCode = http.StatusOK
	}
	a.response = &response
	return a
}

func foreign(r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.WriteString(`{"answer":"closed"}`)
	response := w.Result()
	response.Request = r
	return response
}

// HTTPClient is a client over this network.
func (n *Network) HTTPClient() *http.Client { return &http.Client{Transport: n} }
