package console

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"github.com/inturn/inturn/internal/sale"
)

// hashers is how many passphrases are hashed at once: each takes 19 MiB and a
// core for a moment.
const hashers = 2

// cost is OWASP's second recommendation for Argon2id
// (Password Storage Cheat Sheet): 19 MiB, two passes, one lane.
var cost = &argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// The length of a passphrase in characters (NIST SP 800-63B-4, §3.1.1.2, asks
// for 15 where nothing else protects; a second factor can be added here).
const (
	shortest = 12
	longest  = 200
)

// checkPassphrase says what is wrong with one that somebody wants to use.
func checkPassphrase(passphrase, address string) error {
	n := utf8.RuneCountInString(passphrase)
	wrong := ""
	name, _, _ := strings.Cut(strings.ToLower(address), "@")
	switch {
	case n < shortest:
		wrong = fmt.Sprintf("Use at least %d characters: four or five words do.", shortest)
	case n > longest:
		wrong = fmt.Sprintf("Use at most %d characters.", longest)
	case strings.Count(passphrase, string([]rune(passphrase)[0])) == n:
		wrong = "Use more than one character."
	case strings.EqualFold(passphrase, address), len(name) >= 6 && strings.Contains(strings.ToLower(passphrase), name):
		wrong = "Leave your address out of it: that is what others try first."
	}
	if wrong == "" {
		return nil
	}
	return &sale.Error{Code: sale.CodeInvalid, Message: wrong, Fields: []sale.FieldError{{Field: "passphrase", Message: wrong}}}
}

// hash takes a passphrase to what is kept of it.
func (s *Server) hash(ctx context.Context, passphrase string) (string, error) {
	if err := s.hasher(ctx); err != nil {
		return "", err
	}
	defer func() { <-s.hashing }()
	return argon2id.CreateHash(passphrase, cost)
}

// matches says whether a passphrase is the one behind a hash. It takes as
// long for an empty hash, which nothing matches.
func (s *Server) matches(ctx context.Context, passphrase, hash string) (bool, error) {
	if err := s.hasher(ctx); err != nil {
		return false, err
	}
	defer func() { <-s.hashing }()
	if hash == "" {
		_, err := argon2id.CreateHash(passphrase, cost)
		return false, err
	}
	return argon2id.ComparePasswordAndHash(passphrase, hash)
}

// hasher waits for the right to hash.
func (s *Server) hasher(ctx context.Context) error {
	select {
	case s.hashing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return sale.Wrap(sale.CodeOverloaded, ctx.Err(), "Too many people are signing in. Please try again.")
	}
}
