package console

import (
	"context"
	"errors"
	"net"
	"net/url"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/peer"
	"github.com/inturn/inturn/internal/sale"
)

// shortPatience is the console's in these tests.
const shortPatience = 20 * time.Millisecond

// silence is a box office that takes every connection and never says a word.
// What would wait for it until the wire gives up fails the test at once.
type silence struct {
	testing.TB
	wire BoxOffice
}

func (h *house) silence() silence {
	h.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		h.Fatal(err)
	}
	accepted := make(chan []net.Conn)
	go func() {
		var all []net.Conn
		for {
			conn, err := ln.Accept()
			if err != nil {
				accepted <- all
				return
			}
			all = append(all, conn)
		}
	}()
	h.Cleanup(func() {
		_ = ln.Close()
		for _, conn := range <-accepted {
			_ = conn.Close()
		}
	})
	wire, err := peer.NewClient(peer.ClientOptions{
		URL: "http://" + ln.Addr().String(), Secret: peer.Secret("a secret of thirty-two characters"), Clock: h.clock, Timeout: time.Hour,
	})
	if err != nil {
		h.Fatal(err)
	}
	return silence{h, wire}
}

func (s silence) hurried(ctx context.Context, call string) error {
	if ends, ok := ctx.Deadline(); !ok || time.Until(ends) > shortPatience {
		s.Errorf("%s waits as long as the wire does", call)
		return errors.New("nobody waits that long")
	}
	return nil
}

func (s silence) Put(ctx context.Context, v sale.Sale, keys []sale.PublicKey) error {
	if err := s.hurried(ctx, "Put"); err != nil {
		return err
	}
	return s.wire.Put(ctx, v, keys)
}

func (s silence) Stock(ctx context.Context, slug string) (sale.Stock, error) {
	if err := s.hurried(ctx, "Stock"); err != nil {
		return sale.Stock{}, err
	}
	return s.wire.Stock(ctx, slug)
}

func (s silence) Flows(ctx context.Context, slug string, after int64) (sale.Flows, error) {
	if err := s.hurried(ctx, "Flows"); err != nil {
		return sale.Flows{}, err
	}
	return s.wire.Flows(ctx, slug, after)
}

func (s silence) Freeze(ctx context.Context, slug string, all []sale.Freeze) error {
	if err := s.hurried(ctx, "Freeze"); err != nil {
		return err
	}
	return s.wire.Freeze(ctx, slug, all)
}

func (s silence) Ledger(ctx context.Context, slug string, after int64, limit int) ([]sale.Transfer, error) {
	if err := s.hurried(ctx, "Ledger"); err != nil {
		return nil, err
	}
	return s.wire.Ledger(ctx, slug, after, limit)
}

// Beside a box office that takes the connection and never answers, what an
// organizer does is done after the console's own patience: kept on the line,
// told as pending, and refused where there is nothing without it.
func TestBoxOfficeThatNeverAnswers(t *testing.T) {
	h := newHouse(t)
	h.full()
	h.open(func(o *Options) { o.BoxOffice, o.Patience = h.silence(), shortPatience })
	b := h.as("manager")

	b.want(b.get("/sales/lakeside-2027"), 200)
	b.want(b.get(fansPath+"/3"), 200, "The box office does not answer")
	b.want(b.get(exportPath+"/ledger.csv"), 503, "the box office does not answer")
	b.want(b.get(steerAt), 200, "The box office cannot be reached.")
	b.want(b.confirms(steerAt, b.post(steerAt, url.Values{"act": {"close"}}), ""), 303)
	b.want(b.get(steerAt), 200, "The box office does not have it yet: it does not answer.", "The newest version is pending")
	b.want(b.post(freezeAt, toFreeze("the data centre is on fire", "freeze")), 303)
	b.want(b.get(freezeAt), 200, "The sale is frozen", "The box office could not be told yet")
}

// lastMoment is a box office whose answer comes just as the patience ends.
type lastMoment struct {
	BoxOffice
	told chan<- string
}

func (l lastMoment) Put(ctx context.Context, v sale.Sale, keys []sale.PublicKey) error {
	err := l.BoxOffice.Put(ctx, v, keys)
	<-ctx.Done()
	l.told <- "put"
	return err
}

func (l lastMoment) Freeze(ctx context.Context, slug string, all []sale.Freeze) error {
	err := l.BoxOffice.Freeze(ctx, slug, all)
	<-ctx.Done()
	l.told <- "freeze"
	return err
}

// What the line writes of an answer is not the box office's to wait for: it has
// the request's own time.
func TestPatienceEndsWithTheAnswer(t *testing.T) {
	h := newHouse(t)
	told := make(chan string, 2)
	h.open(func(o *Options) { o.BoxOffice, o.Patience = lastMoment{h.box, told}, shortPatience })
	b := h.as("manager")
	b.want(b.confirms(steerAt, b.post(steerAt, url.Values{"act": {"close"}}), ""), 303)
	b.want(b.get(steerAt), 200, "-The newest version is pending")
	b.want(b.post(freezeAt, toFreeze("fire", "freeze")), 303)
	b.want(b.get(freezeAt), 200, "The sale is frozen", "-could not be told")
	if first, second := <-told, <-told; first != "put" || second != "freeze" {
		t.Errorf("told %s, %s", first, second)
	}
}

// A download that has begun waits for a slow page: what breaks off is of no use.
func TestPatienceOfADownloadUnderWay(t *testing.T) {
	for after, hurried := range map[int64]bool{0: true, 1000: false} {
		var seen bool
		box := patient{ledgerLook{look: func(ctx context.Context) { _, seen = ctx.Deadline() }}, time.Second}
		if _, err := box.Ledger(t.Context(), "lakeside-2027", after, 10); err != nil || seen != hurried {
			t.Errorf("after %d: hurried %v, %v", after, seen, err)
		}
	}
}

// ledgerLook looks at how long a ledger is waited for.
type ledgerLook struct {
	BoxOffice
	look func(context.Context)
}

func (l ledgerLook) Ledger(ctx context.Context, _ string, _ int64, _ int) ([]sale.Transfer, error) {
	l.look(ctx)
	return nil, nil
}
