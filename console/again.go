package console

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// grace is how long giving the passphrase holds for what is dangerous.
const grace = 10 * time.Minute

// fieldAgain is where the page that asks for the passphrase again has it. The
// handler of what is then repeated never sees it.
const fieldAgain = "passphrase-again"

// proved says whether the passphrase was given in this session a moment ago:
// half-open, and never by a clock that has stepped back.
func (s *Server) proved(ctx context.Context) bool {
	at := s.sessions.GetInt64(ctx, keyProved)
	ago := s.clock().Sub(time.UnixMilli(at))
	return at != 0 && ago >= 0 && ago < grace
}

// prove takes a passphrase as the proof that it is still the organizer who
// sits there. A wrong one is CodeInvalid.
func (s *Server) prove(ctx context.Context, o line.Organizer, passphrase string) error {
	ok, err := s.guessPassphrase(ctx, s.inSession(o), passphrase, o.Passphrase)
	if err != nil {
		return err
	}
	if !ok {
		return sale.E(sale.CodeInvalid, "This is not your passphrase.")
	}
	s.sessions.Put(ctx, keyProved, s.clock().UnixMilli())
	return nil
}

// carried are a form's fields as the page that asks for the passphrase takes
// them along, in an order of its own that is always the same.
func carried(form url.Values) []templates.Carried {
	var all []templates.Carried
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			all = append(all, templates.Carried{Name: name, Value: value})
		}
	}
	return all
}
