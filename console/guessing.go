package console

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
)

// Guessing is slowed down, and nobody is locked out.
//
// A stranger's guesses count against the account from that network, against
// the network, and against the account from everywhere: the last keeps a
// crowd of machines to one guess a minute. A browser in which somebody has
// signed in before, or a session that is still open, counts on its own and
// against nothing else: whatever strangers do, an organizer gets in from
// where he usually does, and the machine itself can always help
// (inturn owner reset). Addresses of nobody are counted like all others, so
// that a wait says nothing about who is an organizer.

// attempt is one guess at what only an organizer knows.
type attempt struct {
	what    string // what is guessed at
	account string // the organizer's canonical address, as far as it is one
	network string // the client's address
	known   string // names the browser or session that is known to be the account's; empty for a stranger's
}

// What is guessed at.
const (
	aPassphrase = "passphrase"
	aCode       = "code"
)

// guards are what slows an attempt down. The first forgets when it was right.
func (s *Server) guards(a attempt) []line.Guard {
	who := func(parts ...string) string {
		mac := hmac.New(sha256.New, s.o.Keys.FirstSecret("guesses"))
		for _, part := range append([]string{a.what}, parts...) {
			sum := sha256.Sum256([]byte(part)) // so that no two lists are one
			mac.Write(sum[:])
		}
		return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:18])
	}
	network := web.Network(a.network).String()
	// Whoever guesses at codes has the passphrase: six digits need longer waits.
	most := time.Minute
	if a.what == aCode {
		most = 15 * time.Minute
	}
	if a.known != "" {
		return []line.Guard{{Who: who("known", a.account, a.known), Free: 10, First: time.Second, Most: 5 * time.Minute}}
	}
	return []line.Guard{
		{Who: who("account from", a.account, network), Free: 5, First: 2 * time.Second, Most: 15 * time.Minute},
		{Who: who("network", network), Free: 30, First: time.Second, Most: 5 * time.Minute},
		{Who: who("account", a.account), Free: 20, First: time.Second, Most: most},
	}
}

// guess counts an attempt, then tries it. One that has to wait is
// CodeTooMany, and is not tried.
func (s *Server) guess(ctx context.Context, a attempt, right func() (bool, error)) (bool, error) {
	guards := s.guards(a)
	if err := s.line.Guess(ctx, guards); err != nil {
		return false, err
	}
	ok, err := right()
	if err != nil || !ok {
		return false, err
	}
	return true, s.line.GuessedRight(ctx, guards)
}

// guessPassphrase tries a passphrase for a hash, which may be empty.
func (s *Server) guessPassphrase(ctx context.Context, a attempt, given, hash string) (bool, error) {
	a.what = aPassphrase
	return s.guess(ctx, a, func() (bool, error) { return s.matches(ctx, given, hash) })
}

// accountOf is what an address that was typed is counted as: every spelling
// of one address is one account.
func accountOf(typed string) string {
	if address, err := parseAddress(typed); err == nil {
		return address.Canonical
	}
	return typed
}

// canonical is how an organizer's own address is counted.
func canonical(o line.Organizer) string { return accountOf(o.Address) }

// inSession is an attempt of somebody who has signed in already.
func (s *Server) inSession(v line.Organizer) attempt {
	return attempt{account: canonical(v), known: "session"}
}

// told is what an error says on a page, for those that say something.
func told(err error) string {
	if e := web.Known(err); e.Code != sale.CodeInternal {
		return e.Message
	}
	return ""
}
