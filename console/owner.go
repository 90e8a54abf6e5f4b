package console

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// ownerLinkLife is how long a one-time link is good for. A later start makes a
// new one for the first owner.
const ownerLinkLife = 24 * time.Hour

var tokens = base32.StdEncoding.WithPadding(base32.NoPadding)

// LinkMaker is what one-time links are made with. URL is where the console is
// reached, without a slash at the end.
type LinkMaker struct {
	Line  *line.Line
	Clock sale.Clock
	Rand  io.Reader
	URL   string
}

func (m LinkMaker) token() (string, error) {
	var b [20]byte
	if _, err := io.ReadFull(m.Rand, b[:]); err != nil {
		return "", fmt.Errorf("draw a one-time link: %w", err)
	}
	return strings.ToLower(tokens.EncodeToString(b[:])), nil
}

// OwnerLink makes the one-time link that creates the first owner, in place of
// any before; "" when there is an owner already.
func OwnerLink(ctx context.Context, m LinkMaker) (string, error) {
	token, err := m.token()
	if err != nil {
		return "", err
	}
	err = m.Line.OfferOwnership(ctx, tokenHash(token), m.Clock().Add(ownerLinkLife))
	if sale.CodeOf(err) == sale.CodeTooLate {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return m.URL + "/owner/" + token, nil
}

// links makes one-time links to this console.
func (s *Server) links() LinkMaker {
	return LinkMaker{Line: s.line, Clock: s.clock, Rand: rand.Reader, URL: s.o.URL}
}

// ResetLink makes a one-time link with which the organizer at an address
// chooses a new passphrase, in place of any before. actor is who makes it.
// There is CodeNotFound when nobody has the address.
func ResetLink(ctx context.Context, m LinkMaker, address, actor string) (string, error) {
	a, err := parseAddress(address)
	if err != nil {
		return "", err
	}
	token, err := m.token()
	if err != nil {
		return "", err
	}
	if err := m.Line.OfferReset(ctx, a, tokenHash(token), m.Clock().Add(ownerLinkLife), actor); err != nil {
		return "", err
	}
	return m.URL + "/reset/" + token, nil
}

func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
