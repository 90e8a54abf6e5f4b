package checkout

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sale/saletest"
)

var noon = time.Date(2027, 3, 12, 12, 0, 0, 0, time.UTC)

// shelf is a box office's stored keys, and counts how often it was asked.
type shelf struct {
	keys  []sale.PublicKey
	err   error
	asked int
}

func (s *shelf) load(context.Context) ([]sale.PublicKey, error) {
	s.asked++
	return s.keys, s.err
}

func lineKeys(t testing.TB, clock sale.Clock) *link.Keys {
	t.Helper()
	keys, err := link.OpenKeys(filepath.Join(t.TempDir(), "keys"), link.KeyOptions{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func mint(t testing.TB, keys *link.Keys, c link.Claims) string {
	t.Helper()
	public := keys.Public()
	token, err := keys.Mint(public[len(public)-1].KID, c)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func newRing(s *shelf, clock *saletest.Clock, log *bytes.Buffer) *keyring {
	return &keyring{load: s.load, clock: clock.Now, logger: slog.New(slog.NewTextHandler(log, nil))}
}

func TestKeyringLooksSeldom(t *testing.T) {
	clock := saletest.NewClock(noon)
	line := lineKeys(t, clock.Now)
	s := &shelf{keys: line.Public()}
	ring := newRing(s, clock, &bytes.Buffer{})
	token := mint(t, line, link.Claims{Offer: "o1", Sale: "fest", Issued: noon, Ends: noon.Add(time.Hour)})
	for range 10 {
		if _, _, err := ring.verify(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	if s.asked != 1 {
		t.Errorf("the database was asked %d times for 10 links, want once", s.asked)
	}
	clock.Set(noon.Add(keysFresh))
	if _, _, err := ring.verify(t.Context(), token); err != nil || s.asked != 2 {
		t.Errorf("after %v: asked %d times, %v; want 2", keysFresh, s.asked, err)
	}
	clock.Set(noon.Add(-time.Hour)) // a clock that steps back must not freeze the keys
	ring.verify(t.Context(), token)
	if s.asked != 3 {
		t.Errorf("after a step back: asked %d times, want 3", s.asked)
	}
}

func TestKeyringLearnsANewKey(t *testing.T) {
	clock := saletest.NewClock(noon)
	line := lineKeys(t, clock.Now)
	s := &shelf{keys: line.Public()}
	ring := newRing(s, clock, &bytes.Buffer{})
	hour := link.Claims{Offer: "o1", Sale: "fest", Issued: noon, Ends: noon.Add(time.Hour)}
	if _, _, err := ring.verify(t.Context(), mint(t, line, hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := line.Rotate(link.ForLinks); err != nil {
		t.Fatal(err)
	}
	s.keys = line.Public()
	young := mint(t, line, hour)
	forged := mint(t, lineKeys(t, clock.Now), hour)

	clock.Set(noon.Add(keysPatience))
	for range 10 {
		if _, _, err := ring.verify(t.Context(), forged); sale.CodeOf(err) != sale.CodeBadLink {
			t.Errorf("a stranger's link: %v", err)
		}
	}
	if s.asked != 2 {
		t.Errorf("unknown keys made us ask %d times in a moment, want once more", s.asked)
	}
	if c, over, err := ring.verify(t.Context(), young); err != nil || over || c.Offer != "o1" {
		t.Errorf("a link of the new key: %+v, over %v, %v", c, over, err)
	}
}

// Before the first sale there are no keys, and that is not worth remembering:
// the first link may be there a moment later.
func TestKeyringLearnsTheFirstKeyAtOnce(t *testing.T) {
	clock := saletest.NewClock(noon)
	line := lineKeys(t, clock.Now)
	s := &shelf{}
	ring := newRing(s, clock, &bytes.Buffer{})
	token := mint(t, line, link.Claims{Offer: "o1", Sale: "fest", Issued: noon, Ends: noon.Add(time.Hour)})
	if _, _, err := ring.verify(t.Context(), token); sale.CodeOf(err) != sale.CodeBadLink {
		t.Errorf("without any keys: %v", err)
	}
	s.keys = line.Public()
	if _, _, err := ring.verify(t.Context(), token); err != nil {
		t.Errorf("a link of the first key: %v", err)
	}
}

func TestKeyringWithADeadDatabase(t *testing.T) {
	clock := saletest.NewClock(noon)
	line := lineKeys(t, clock.Now)
	s := &shelf{err: errors.New("disk on fire")}
	var log bytes.Buffer
	ring := newRing(s, clock, &log)
	token := mint(t, line, link.Claims{Offer: "o1", Sale: "fest", Issued: noon, Ends: noon.Add(time.Hour)})

	if _, _, err := ring.verify(t.Context(), token); sale.CodeOf(err) != sale.CodeUnavailable {
		t.Errorf("without any keys: %v, want CodeUnavailable: the link may be good", err)
	}
	s.keys, s.err = line.Public(), nil
	if _, _, err := ring.verify(t.Context(), token); err != nil {
		t.Errorf("healed: %v", err)
	}
	s.err = errors.New("disk on fire")
	clock.Set(noon.Add(time.Minute))
	if _, _, err := ring.verify(t.Context(), token); err != nil {
		t.Errorf("the keys in memory must go on serving: %v", err)
	}
	if !strings.Contains(log.String(), "disk on fire") || strings.Contains(log.String(), token) {
		t.Errorf("log: %s", log.String())
	}
}

// One fan who hangs up must not cost the others the keys.
func TestKeyringOutlivesTheRequest(t *testing.T) {
	clock := saletest.NewClock(noon)
	line := lineKeys(t, clock.Now)
	ring := &keyring{clock: clock.Now, load: func(ctx context.Context) ([]sale.PublicKey, error) {
		return line.Public(), ctx.Err()
	}}
	ctx, hangUp := context.WithCancel(t.Context())
	hangUp()
	token := mint(t, line, link.Claims{Offer: "o1", Sale: "fest", Issued: noon, Ends: noon.Add(time.Hour)})
	if _, _, err := ring.verify(ctx, token); err != nil {
		t.Error(err)
	}
}
