package checkout

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/sale"
)

const (
	// keysFresh is how long the keys in memory are used without a look at
	// the database. The line counts on it.
	keysFresh = sale.KeySettles

	// keysPatience is how old they must be before an unknown kid makes us
	// look again: anybody can make up a kid.
	keysPatience = time.Second

	// keysTimeout ends a look that the fan who caused it no longer awaits.
	keysTimeout = 5 * time.Second
)

// keyring verifies links with the public keys stored at the box office.
type keyring struct {
	load   func(ctx context.Context) ([]sale.PublicKey, error)
	clock  sale.Clock
	logger *slog.Logger

	mu       sync.Mutex
	verifier *link.Verifier // nil until the first load
	looked   time.Time
}

// verify is link.Verifier.Verify at this moment, with keys that are fresh
// enough. Without any keys it is CodeUnavailable.
func (k *keyring) verify(ctx context.Context, token string) (link.Claims, bool, error) {
	now := k.clock()
	v, err := k.current(ctx, now, keysFresh)
	if err != nil {
		return link.Claims{}, false, err
	}
	claims, over, err := v.Verify(token, now)
	if !errors.Is(err, link.ErrUnknownKey) {
		return claims, over, err
	}
	newer, err := k.current(ctx, now, keysPatience)
	if err != nil {
		return link.Claims{}, false, err
	}
	return newer.Verify(token, now)
}

// current gives a verifier whose keys were looked up less than age ago. When
// the database does not answer, the keys we have go on serving.
func (k *keyring) current(ctx context.Context, now time.Time, age time.Duration) (*link.Verifier, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	since := now.Sub(k.looked)
	if k.verifier != nil && since >= 0 && since < age {
		return k.verifier, nil
	}
	// The look serves everybody, so it does not end with one fan's request.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keysTimeout)
	defer cancel()
	keys, err := k.load(ctx)
	switch {
	case err == nil && len(keys) == 0:
		return link.NewVerifier(nil), nil // the first key may come any moment
	case err == nil:
		k.verifier = link.NewVerifier(keys)
	case k.verifier == nil:
		return nil, sale.Wrap(sale.CodeUnavailable, err, "We cannot check links right now. Please try again in a moment.")
	default:
		k.logger.WarnContext(ctx, "could not look for new link keys", slog.Any("error", err))
	}
	k.looked = now
	return k.verifier, nil
}
