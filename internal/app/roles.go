package app

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/inturn/inturn/internal/mail/dkim"
	"github.com/inturn/inturn/internal/peer"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/settings"
)

// Role is one of the parts that `inturn serve` runs.
type Role string

// The roles.
const (
	Registration Role = "registration"
	Dispatcher   Role = "dispatcher"
	Checkout     Role = "checkout"
	Console      Role = "console"
)

// AllRoles are the roles in the order in which they are named everywhere.
func AllRoles() []Role { return []Role{Registration, Dispatcher, Checkout, Console} }

// Roles are those that one process runs.
type Roles []Role

// ParseRoles reads the words after `serve`; none means all.
func ParseRoles(words []string) (Roles, error) {
	if len(words) == 0 {
		return AllRoles(), nil
	}
	var roles Roles
	for _, word := range words {
		r := Role(word)
		if !slices.Contains(AllRoles(), r) {
			return nil, sale.E(sale.CodeInvalid, "there is no role %q; the roles are registration, dispatcher, checkout and console", word)
		}
		if !roles.Has(r) {
			roles = append(roles, r)
		}
	}
	return roles, nil
}

// Has says whether the process runs r.
func (rs Roles) Has(r Role) bool { return slices.Contains(rs, r) }

// String is the roles as they are typed.
func (rs Roles) String() string {
	words := make([]string, len(rs))
	for i, r := range rs {
		words[i] = string(r)
	}
	return strings.Join(words, " ")
}

// servesPeer says whether the peer listener is opened: where a box office
// runs apart from its dispatcher, or where an address for it is set. Without
// a box office it serves metrics and health only.
func (rs Roles) servesPeer(s *settings.Settings) bool {
	return s.PeerListen != "" || (rs.Has(Checkout) && !rs.Has(Dispatcher))
}

// catchesMail says whether mail stays inside the process. Only where the
// console runs too can anybody read it.
func (rs Roles) catchesMail(s *settings.Settings) bool {
	return rs.Has(Dispatcher) && rs.Has(Console) && s.SMTPURL == ""
}

// takesBounces says whether mail that comes back is taken in this process.
func (rs Roles) takesBounces(s *settings.Settings) bool {
	return rs.Has(Dispatcher) && s.BouncesListen != ""
}

// Check refuses settings that this set of roles cannot work with, all at
// once, each by its name.
func Check(s *settings.Settings, rs Roles) error {
	var wrong []sale.FieldError
	missing := func(name, why string) {
		wrong = append(wrong, sale.FieldError{Field: name, Message: why})
	}
	if rs.Has(Dispatcher) && !rs.Has(Console) && s.SMTPURL == "" {
		missing("INTURN_SMTP_URL", "is not set, and without the console nobody could read caught mail")
	}
	if rs.Has(Dispatcher) {
		for _, ref := range s.DKIMKeys {
			if _, err := dkim.Load(ref); err != nil {
				missing("INTURN_DKIM_KEYS", err.Error())
			}
		}
	}
	if rs.Has(Dispatcher) && !rs.Has(Checkout) {
		const apart = "is not set; a dispatcher without checkout "
		if s.PeerURL == "" {
			missing("INTURN_PEER_URL", apart+"must know where its box office is")
		}
		if s.PeerSecret == "" && !exists(peerSecretPath(s)) {
			missing("INTURN_PEER_SECRET", apart+"must sign with the box office's secret (peer.secret in its data directory)")
		}
	}
	if !rs.Has(Checkout) && (rs.Has(Dispatcher) || rs.Has(Registration)) && s.CheckoutURL == "" {
		missing("INTURN_CHECKOUT_URL", "is not set; mails and place pages without checkout must know what their links begin with")
	}
	if rs.Has(Dispatcher) && rs.Has(Checkout) && s.PeerURL != "" {
		missing("INTURN_PEER_URL", "is set, but the box office runs in this process")
	}
	if rs.takesBounces(s) && s.ReturnPath.IsZero() {
		missing("INTURN_BOUNCE_ADDRESS", "is not set; mail would not come back to INTURN_BOUNCES_LISTEN")
	}
	if len(wrong) > 0 {
		return &sale.Error{Code: sale.CodeInvalid, Message: "wrong settings for serve " + rs.String(), Fields: wrong}
	}
	return nil
}

// peerSecretPath is where the peer secret is kept when no setting holds it.
func peerSecretPath(s *settings.Settings) string { return filepath.Join(s.Data, peer.SecretFile) }

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
