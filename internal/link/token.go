package link

import (
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/inturn/inturn/internal/sale"
)

// What every link carries besides its claims. A key that signed something
// else, or for somebody else, does not open an offer.
const (
	issuer   = "inturn/line"
	audience = "inturn/checkout"
	typ      = "inturn-link+jwt"

	// backdate is how far a box office's clock may lag behind the line's
	// without refusing fresh links.
	backdate = 60 * time.Second
)

// Claims is what a link says: it opens Offer of Sale (its slug) until just
// before Ends, a whole second, which counts the first Freezes freezes of the
// sale already. Issued is when it was minted; in a sale that is frozen, where
// its clocks stand still.
type Claims struct {
	Offer, Sale  string
	Issued, Ends time.Time
	Freezes      int
}

// End is what the link says of its offer's end.
func (c Claims) End() sale.End { return sale.End{At: c.Ends, Freezes: c.Freezes} }

// payload is Claims as they stand in the token: the offer is the subject.
type payload struct {
	jwt.RegisteredClaims
	Sale    string `json:"sale"`
	Freezes int    `json:"freezes,omitempty"`
}

// Validate refuses a link that opens nothing; jwt calls it with the other
// checks.
func (p *payload) Validate() error {
	if p.Subject == "" || p.Sale == "" {
		return errors.New("a link without offer or sale")
	}
	if p.Freezes < 0 {
		return errors.New("a link that counts less than no freezes")
	}
	return nil
}

func (p *payload) claims() Claims {
	c := Claims{Offer: p.Subject, Sale: p.Sale, Ends: p.ExpiresAt.UTC(), Freezes: p.Freezes}
	if p.IssuedAt != nil {
		c.Issued = p.IssuedAt.UTC().Add(backdate)
	}
	return c
}

// MintFirst signs c with the first of kids that this process has: the keys
// that the sale's box office has stored, in the order in which they are to be
// used. Without one of them it is CodeUnavailable.
func (k *Keys) MintFirst(kids []string, c Claims) (string, error) {
	var err error = sale.E(sale.CodeUnavailable, "The box office has no key yet.")
	for _, kid := range kids {
		var token string
		if token, err = k.Mint(kid, c); err == nil {
			return token, nil
		}
	}
	return "", err
}

// Mint signs c with the link key kid. Which key that is follows from the
// sale: the newest that its box office has stored. An offer whose end is not
// after c.Issued gets no link (CodeOfferOver).
func (k *Keys) Mint(kid string, c Claims) (string, error) {
	if c.Offer == "" || c.Sale == "" || c.Freezes < 0 || !c.Ends.Equal(c.Ends.Truncate(time.Second)) {
		return "", errors.New("mint a link: offer, sale and an end in whole seconds are needed")
	}
	if !c.Issued.Before(c.Ends) {
		return "", sale.E(sale.CodeOfferOver, "This offer is over.")
	}
	private, ok := k.ring.Load().links[kid]
	if !ok {
		if err := k.reloadSeldom(); err != nil {
			return "", fmt.Errorf("mint a link: %w", err)
		}
		if private, ok = k.ring.Load().links[kid]; !ok {
			return "", fmt.Errorf("mint a link: key %q is not in the key directory", kid)
		}
	}
	since := jwt.NewNumericDate(c.Issued.Add(-backdate))
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, &payload{Sale: c.Sale, Freezes: c.Freezes, RegisteredClaims: jwt.RegisteredClaims{
		Issuer: issuer, Audience: jwt.ClaimStrings{audience}, Subject: c.Offer,
		IssuedAt: since, NotBefore: since, ExpiresAt: jwt.NewNumericDate(c.Ends),
	}})
	token.Header["typ"] = typ
	token.Header["kid"] = kid
	signed, err := token.SignedString(private)
	if err != nil {
		return "", fmt.Errorf("mint a link: %w", err)
	}
	return signed, nil
}
