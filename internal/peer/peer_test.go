package peer_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/peer"
	"github.com/inturn/inturn/internal/peer/peertest"
	"github.com/inturn/inturn/internal/sale"
)

const secret = "a secret of both sides"

var noon = time.Date(2027, 3, 12, 12, 0, 0, 0, time.UTC)

func atNoon() time.Time { return noon }

// stub is a box office that says what a test wants, and counts.
type stub struct {
	mu    sync.Mutex
	calls int

	err      error
	grants   []sale.Grant
	answer   sale.Answer
	outcomes []sale.Outcome
	order    sale.Order
	ledger   []sale.Transfer
	stock    sale.Stock
	flows    sale.Flows
	wait     func(context.Context) // inside a call, when set
}

func (s *stub) called(ctx context.Context) error {
	s.mu.Lock()
	s.calls++
	s.mu.Unlock()
	if s.wait != nil {
		s.wait(ctx)
	}
	return s.err
}

func (s *stub) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

func (s *stub) Put(ctx context.Context, _ sale.Sale, _ []sale.PublicKey) error { return s.called(ctx) }

func (s *stub) Reserve(ctx context.Context, _ string, _ []sale.Ask) ([]sale.Grant, error) {
	return s.grants, s.called(ctx)
}

func (s *stub) Freeze(ctx context.Context, _ string, _ []sale.Freeze) error { return s.called(ctx) }

func (s *stub) Close(ctx context.Context, _ string, _ sale.Closing) (sale.Answer, error) {
	return s.answer, s.called(ctx)
}

func (s *stub) Outcomes(ctx context.Context, _ string, _ int64, limit int) ([]sale.Outcome, error) {
	return s.outcomes[:max(0, min(limit, len(s.outcomes)))], s.called(ctx)
}

func (s *stub) Stock(ctx context.Context, _ string) (sale.Stock, error) {
	return s.stock, s.called(ctx)
}

func (s *stub) Flows(ctx context.Context, _ string, _ int64) (sale.Flows, error) {
	return s.flows, s.called(ctx)
}

func (s *stub) Ledger(ctx context.Context, _ string, _ int64, _ int) ([]sale.Transfer, error) {
	return s.ledger, s.called(ctx)
}

func (s *stub) Cancel(ctx context.Context, _, _, _ string) (sale.Order, error) {
	return s.order, s.called(ctx)
}

func newHandler(t testing.TB, b peer.BoxOffice, clock sale.Clock) *peer.Handler {
	t.Helper()
	h, err := peer.NewHandler(peer.HandlerOptions{BoxOffice: b, Secret: peer.Secret(secret), Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func newClient(t testing.TB, rt http.RoundTripper, clock sale.Clock) *peer.Client {
	t.Helper()
	c, err := peer.NewClient(peer.ClientOptions{
		URL: "http://boxoffice.test", Secret: peer.Secret(secret), Clock: clock,
		HTTPClient: &http.Client{Transport: rt},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// wire is a client of b with nothing but function calls in between.
func wire(t testing.TB, b peer.BoxOffice) *peer.Client {
	return newClient(t, peertest.Direct(newHandler(t, b, atNoon)), atNoon)
}

func TestErrorsSurviveTheWire(t *testing.T) {
	codes := []sale.Code{
		sale.CodeInternal, sale.CodeNotFound, sale.CodeBadRequest, sale.CodeTooLarge, sale.CodeForbidden, sale.CodeInvalid,
		sale.CodeClosed, sale.CodeOverloaded, sale.CodeUnavailable, sale.CodeOfferOver, sale.CodeCutBelow, sale.CodeStale,
		sale.CodeFenced, sale.CodeUnauthorized, "a_code_of_next_year",
	}
	for _, code := range codes {
		want := &sale.Error{
			Code: code, Message: "4 sold, 3 offered", RetryAfter: 1500 * time.Millisecond,
			Fields: []sale.FieldError{{Field: "tickets.capacity", Message: "below 7", Line: 14}, {Field: "caps", Message: "too many"}},
		}
		err := wire(t, &stub{err: &sale.Error{
			Code: want.Code, Message: want.Message, RetryAfter: want.RetryAfter, Fields: want.Fields, Err: errors.New("a cause"),
		}}).Put(t.Context(), sale.Sale{}, nil)
		var got *sale.Error
		if !errors.As(err, &got) {
			t.Fatalf("%s: not a sale.Error: %v", code, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", code, diff)
		}
	}
}

func TestUnknownErrorsAreInternalAndKeptAtHome(t *testing.T) {
	tests := []struct {
		err  error
		want *sale.Error
	}{
		{errors.New("password in this text"), &sale.Error{Code: sale.CodeInternal, Message: "the box office failed"}},
		{&sale.Error{Message: "no code"}, &sale.Error{Code: sale.CodeInternal, Message: "the box office failed"}},
		{context.DeadlineExceeded, &sale.Error{Code: sale.CodeUnavailable, Message: "the box office took too long"}},
	}
	for _, tt := range tests {
		_, err := wire(t, &stub{err: tt.err}).Stock(t.Context(), "s")
		var got *sale.Error
		if !errors.As(err, &got) {
			t.Fatalf("not a sale.Error: %v", err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", tt.err, diff)
		}
	}
}

// calls are all calls of the wire, each with an answer that fits it.
func calls(t testing.TB) (*stub, map[string]func(peer.BoxOffice) error) {
	b := &stub{
		grants:   []sale.Grant{{Offer: "o1", Granted: 4}},
		answer:   sale.AnswerClosed,
		outcomes: []sale.Outcome{{Position: 1, Kind: sale.OutcomeDeclined, Offer: "o1", At: noon}},
		stock:    sale.Stock{Sale: "s"},
	}
	return b, map[string]func(peer.BoxOffice) error{
		"put": func(c peer.BoxOffice) error { return c.Put(t.Context(), sale.Sale{Slug: "s"}, nil) },
		"reserve": func(c peer.BoxOffice) error {
			_, err := c.Reserve(t.Context(), "s", []sale.Ask{{Offer: "o1", Most: 4}})
			return err
		},
		"freeze": func(c peer.BoxOffice) error {
			return c.Freeze(t.Context(), "s", []sale.Freeze{{N: 1, Began: noon}})
		},
		"close": func(c peer.BoxOffice) error {
			_, err := c.Close(t.Context(), "s", sale.Closing{Offer: "o1", Reason: sale.OfferExpired, Ends: noon})
			return err
		},
		"outcomes": func(c peer.BoxOffice) error {
			_, err := c.Outcomes(t.Context(), "s", 0, 10)
			return err
		},
		"stock": func(c peer.BoxOffice) error {
			_, err := c.Stock(t.Context(), "s")
			return err
		},
		"flows": func(c peer.BoxOffice) error {
			_, err := c.Flows(t.Context(), "s", 0)
			return err
		},
	}
}

// Whatever the network does to a call, its caller gets the box office's answer
// to it or "unavailable".
func TestNoAnswerIsNeverMistakenForOne(t *testing.T) {
	for _, fault := range peertest.All {
		t.Run(fault.String(), func(t *testing.T) {
			b, each := calls(t)
			network := &peertest.Network{Next: peertest.Direct(newHandler(t, b, atNoon))}
			client := newClient(t, network, atNoon)
			for name, call := range each {
				network.Choose = nil
				if err := call(client); err != nil {
					t.Fatalf("%s on a good network: %v", name, err)
				}
				network.Choose = func(*http.Request) peertest.Fault { return fault }
				want := sale.CodeUnavailable
				switch fault {
				case peertest.Duplicate:
					want = ""
				case peertest.GarbleCall:
					want = sale.CodeUnauthorized // and signed: the caller has the secret
				}
				if got := sale.CodeOf(call(client)); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
				if _, err := network.Deliver(); err != nil {
					t.Errorf("%s, delivered late: %v", name, err)
				}
			}
		})
	}
}

// What the box office says no with is as much an answer as a yes.
func TestNoAnswerToANo(t *testing.T) {
	for _, fault := range peertest.All {
		b, each := calls(t)
		b.err = sale.E(sale.CodeNotFound, "no such sale")
		network := &peertest.Network{
			Next:   peertest.Direct(newHandler(t, b, atNoon)),
			Choose: func(*http.Request) peertest.Fault { return fault },
		}
		client := newClient(t, network, atNoon)
		want := sale.CodeUnavailable
		switch fault {
		case peertest.Duplicate:
			want = sale.CodeNotFound
		case peertest.GarbleCall:
			want = sale.CodeUnauthorized
		}
		for name, call := range each {
			if got := sale.CodeOf(call(client)); got != want {
				t.Errorf("%s, %s: %q, want %q", fault, name, got, want)
			}
		}
	}
}

// roundTrip is a network told as a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func respond(status int, header http.Header, body io.Reader) roundTrip {
	return func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(body), Request: r}, nil
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestStrangersAnswersAreUnavailable(t *testing.T) {
	strangers := map[string]roundTrip{
		"redirect":      respond(http.StatusTemporaryRedirect, http.Header{"Location": {"http://elsewhere.test/"}}, http.NoBody),
		"proxy's 502":   respond(http.StatusBadGateway, http.Header{}, http.NoBody),
		"empty 200":     respond(http.StatusOK, http.Header{}, http.NoBody),
		"empty mac":     respond(http.StatusOK, http.Header{"Inturn-Peer-Signature": {""}}, http.NoBody),
		"endless":       respond(http.StatusOK, http.Header{}, endless{}),
		"broken off":    respond(http.StatusOK, http.Header{}, broken{}),
		"other secret":  stranger(t),
		"no connection": func(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") },
	}
	for name, rt := range strangers {
		_, each := calls(t)
		client := newClient(t, rt, atNoon)
		for call, do := range each {
			if got := sale.CodeOf(do(client)); got != sale.CodeUnavailable {
				t.Errorf("%s, %s: %q", name, call, got)
			}
		}
		if got := sale.CodeOf(client.Ping(t.Context())); got != sale.CodeUnavailable {
			t.Errorf("%s, ping: %q", name, got)
		}
	}
}

// stranger is a box office with another secret. It refuses our calls, and we
// do not believe its refusal.
func stranger(t *testing.T) roundTrip {
	b, _ := calls(t)
	h, err := peer.NewHandler(peer.HandlerOptions{BoxOffice: b, Secret: peer.Secret("another secret altogether"), Clock: atNoon})
	if err != nil {
		t.Fatal(err)
	}
	return peertest.Direct(h).RoundTrip
}

// A box office that answers beside the question is not believed either.
func TestAnswersMustFitTheirCalls(t *testing.T) {
	lies := map[string]struct {
		call string
		b    *stub
	}{
		"no grant":           {"reserve", &stub{}},
		"another's grant":    {"reserve", &stub{grants: []sale.Grant{{Offer: "o2", Granted: 4}}}},
		"negative grant":     {"reserve", &stub{grants: []sale.Grant{{Offer: "o1", Granted: -1}}}},
		"granted and closed": {"reserve", &stub{grants: []sale.Grant{{Offer: "o1", Granted: 1, Closed: true}}}},
		"two grants":         {"reserve", &stub{grants: []sale.Grant{{Offer: "o1"}, {Offer: "o2"}}}},
		"no answer":          {"close", &stub{}},
		"unheard-of answer":  {"close", &stub{answer: "perhaps"}},
		"a hole in the feed": {"outcomes", &stub{outcomes: []sale.Outcome{{Position: 2}}}},
		"feed out of order":  {"outcomes", &stub{outcomes: []sale.Outcome{{Position: 1}, {Position: 1}}}},
	}
	for name, lie := range lies {
		_, each := calls(t)
		if got := sale.CodeOf(each[lie.call](wire(t, lie.b))); got != sale.CodeUnavailable {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// An answer that our own secret has signed, and that still says nothing.
func TestSignedNonsenseIsUnavailable(t *testing.T) {
	for status, bodies := range map[int][]string{
		http.StatusOK:       {``, `[]`, `"closed"`, `{`, `{"answer":7}`},
		http.StatusConflict: {``, `{}`, `null`, `{"message":"no code"}`, `no`},
	} {
		for _, body := range bodies {
			_, err := newClient(t, roundTrip(func(r *http.Request) (*http.Response, error) {
				w := httptest.NewRecorder()
				peer.SignAnswer(peer.Secret(secret), w.Header(), r, status, body)
				w.WriteHeader(status)
				_, _ = w.WriteString(body)
				return w.Result(), nil
			}), atNoon).Close(t.Context(), "s", sale.Closing{Offer: "o1"})
			if got := sale.CodeOf(err); got != sale.CodeUnavailable {
				t.Errorf("%d %s: %q", status, body, got)
			}
		}
	}
}

func TestTheCallersContextStaysInTheError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := newClient(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		return nil, r.Context().Err()
	}), atNoon).Stock(ctx, "s")
	if sale.CodeOf(err) != sale.CodeUnavailable || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	good := peer.ClientOptions{URL: "https://box.example:8443/", Secret: peer.Secret(secret), Clock: atNoon}
	if _, err := peer.NewClient(good); err != nil {
		t.Error(err)
	}
	for _, url := range []string{
		"", "box.example", "ftp://box.example", "http://", "http://u:p@box.example", "https://box.example/base",
		"https://box.example/?a=b", "https://box.example/#a", "http://box example",
	} {
		o := good
		o.URL = url
		if _, err := peer.NewClient(o); sale.CodeOf(err) != sale.CodeInvalid {
			t.Errorf("URL %q: %v", url, err)
		}
	}
	o := good
	o.Secret = peer.Secret("short")
	if _, err := peer.NewClient(o); sale.CodeOf(err) != sale.CodeInvalid {
		t.Errorf("short secret: %v", err)
	}
	o = good
	o.Clock = nil
	if _, err := peer.NewClient(o); err == nil {
		t.Error("no clock: no error")
	}
	for _, o := range []peer.HandlerOptions{
		{Secret: peer.Secret(secret), Clock: atNoon},
		{BoxOffice: &stub{}, Clock: atNoon},
		{BoxOffice: &stub{}, Secret: peer.Secret(secret)},
	} {
		if _, err := peer.NewHandler(o); err == nil {
			t.Errorf("%+v: no error", o)
		}
	}
}
