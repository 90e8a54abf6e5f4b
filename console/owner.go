package console

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// ownerLinkLife is how long the first owner's link is good for. A later start
// makes a new one.
const ownerLinkLife = 24 * time.Hour

var tokens = base32.StdEncoding.WithPadding(base32.NoPadding)

// OwnerLink makes the one-time link that creates the first owner, in place of
// any before; "" when there is an owner already. url is where the console is
// reached.
func OwnerLink(ctx context.Context, l *line.Line, clock sale.Clock, rand io.Reader, url string) (string, error) {
	var b [20]byte
	if _, err := io.ReadFull(rand, b[:]); err != nil {
		return "", fmt.Errorf("draw the owner's link: %w", err)
	}
	token := strings.ToLower(tokens.EncodeToString(b[:]))
	err := l.OfferOwnership(ctx, tokenHash(token), clock().Add(ownerLinkLife))
	if sale.CodeOf(err) == sale.CodeTooLate {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return url + "/owner/" + token, nil
}

func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
