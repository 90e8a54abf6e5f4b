package link

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// Keys is the key ring of the line side: its private link keys, its receipt
// keys and its bounce keys, read from a directory that several processes may
// share. It is safe for concurrent use.
type Keys struct {
	dir   string
	clock sale.Clock
	rand  io.Reader

	ring atomic.Pointer[ring]

	mu     sync.Mutex // one reload at a time
	looked time.Time  // when an unknown kid last made us read the directory
}

// KeyOptions are what a key ring needs besides its directory.
type KeyOptions struct {
	Clock sale.Clock // required: dates new keys
	Rand  io.Reader  // where new keys come from; crypto/rand when nil
}

// Info describes one key without its secret. Newest says that it is the one
// its purpose signs with, as far as this side is concerned; a link key signs
// for a sale only once that sale's box office has stored it.
type Info struct {
	Purpose Purpose   `json:"purpose"`
	KID     string    `json:"kid"`
	Created time.Time `json:"created"`
	Newest  bool      `json:"newest"`
}

// ring is what the directory held at one moment; it never changes.
type ring struct {
	secrets  []secret // by purpose, oldest first
	links    map[string]ed25519.PrivateKey
	receipts map[string][]byte
	receipt  secret // the newest
	bounces  map[string][]byte
	bounce   secret // the newest
}

// OpenKeys opens the keys in dir and, on the first start, creates the
// directory and one key for each purpose. Any number of processes may do so
// at once; all of them end with the same keys.
func OpenKeys(dir string, o KeyOptions) (*Keys, error) {
	if o.Clock == nil {
		return nil, errors.New("link: KeyOptions.Clock is missing")
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	k := &Keys{dir: dir, clock: o.Clock, rand: o.Rand}
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	for _, p := range []Purpose{ForLinks, ForReceipts, ForBounces} {
		if err := k.first(p); err != nil {
			return nil, err
		}
	}
	return k, k.Reload()
}

// first creates the first key for p unless there is one.
func (k *Keys) first(p Purpose) error {
	all, err := readDir(k.dir)
	if err != nil {
		return err
	}
	if last(all, p) > 0 {
		return nil
	}
	s, err := k.generate(p)
	if err != nil {
		return err
	}
	s.number = 1
	if err := s.create(k.dir); err != nil && !taken(err) {
		return err
	}
	return syncDir(k.dir) // another's key must be as durable before we use it
}

// Rotate makes a new key for p and returns its kid. Receipts and bounce
// addresses are signed with it at once; links as soon as a sale's box office has stored it. The keys
// before it go on verifying.
func (k *Keys) Rotate(p Purpose) (string, error) {
	if p != ForLinks && p != ForReceipts && p != ForBounces {
		return "", fmt.Errorf("rotate: no keys for %q; there are %q, %q and %q", p, ForLinks, ForReceipts, ForBounces)
	}
	s, err := k.generate(p)
	if err != nil {
		return "", err
	}
	for {
		all, err := readDir(k.dir)
		if err != nil {
			return "", err
		}
		s.follow(all)
		if err = s.create(k.dir); err == nil {
			return s.KID, k.Reload()
		}
		if !taken(err) { // taken: somebody rotated at the same moment, ours is the next
			return "", err
		}
	}
}

// Reload reads the directory again, so that a running process learns of keys
// that another has made.
func (k *Keys) Reload() error {
	all, err := readDir(k.dir)
	if err != nil {
		return err
	}
	r := &ring{links: map[string]ed25519.PrivateKey{}, receipts: map[string][]byte{}, bounces: map[string][]byte{}}
	for _, s := range all {
		switch s.Purpose {
		case ForLinks:
			r.links[s.KID] = ed25519.NewKeyFromSeed(s.Seed)
		case ForReceipts:
			r.receipts[s.KID] = s.Seed
			r.receipt = s
		case ForBounces:
			r.bounces[s.KID] = s.Seed
			r.bounce = s
		}
	}
	if len(r.links) == 0 || len(r.receipts) == 0 || len(r.bounces) == 0 {
		return fmt.Errorf("key directory %s has lost its keys", k.dir)
	}
	r.secrets = all
	k.ring.Store(r)
	return nil
}

// reloadSeldom reads the directory again because of an unknown kid, at most
// once a second: anybody can make up a kid.
func (k *Keys) reloadSeldom() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.clock()
	if since := now.Sub(k.looked); since >= 0 && since < time.Second {
		return nil
	}
	k.looked = now
	return k.Reload()
}

// List describes every key, by purpose, oldest first.
func (k *Keys) List() []Info {
	all := k.ring.Load().secrets
	list := make([]Info, len(all))
	for i, s := range all {
		list[i] = Info{Purpose: s.Purpose, KID: s.KID, Created: s.Created, Newest: s.number == last(all, s.Purpose)}
	}
	return list
}

// Public gives the public halves of all link keys, oldest first: what a box
// office is to verify with.
func (k *Keys) Public() []sale.PublicKey {
	r := k.ring.Load()
	var keys []sale.PublicKey
	for _, s := range r.secrets {
		if private, ok := r.links[s.KID]; ok && s.Purpose == ForLinks {
			public := private.Public().(ed25519.PublicKey)
			keys = append(keys, sale.PublicKey{KID: s.KID, X: public, Created: s.Created})
		}
	}
	return keys
}

// generate makes a key that is not stored yet.
func (k *Keys) generate(p Purpose) (secret, error) {
	random := make([]byte, seedSize+5)
	if _, err := io.ReadFull(k.rand, random); err != nil {
		return secret{}, fmt.Errorf("make a key: %w", err)
	}
	kid := strings.ToLower(base32.StdEncoding.EncodeToString(random[seedSize:]))
	created := k.clock().UTC().Truncate(time.Second)
	return secret{Purpose: p, KID: kid, Created: created, Seed: random[:seedSize]}, nil
}

// follow makes s the newest key of its purpose. Whoever holds public keys,
// the box office first of all, knows their order by Created alone: it rises
// with every key, also within one second and when the clock has stepped back.
func (s *secret) follow(all []secret) {
	s.number = last(all, s.Purpose) + 1
	for _, before := range all {
		if earliest := before.Created.Add(time.Second); before.Purpose == s.Purpose && s.Created.Before(earliest) {
			s.Created = earliest
		}
	}
}

// last is the highest number of a key for p, 0 when there is none.
func last(all []secret, p Purpose) int {
	highest := 0
	for _, s := range all {
		if s.Purpose == p {
			highest = max(highest, s.number)
		}
	}
	return highest
}
