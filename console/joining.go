package console

import (
	"context"
	"errors"
	"net/url"

	"golang.org/x/net/idna"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// readJoining reads the form with which somebody joins. What is wrong is in
// the page, with what was typed, but for the passphrase.
func (s *Server) readJoining(ctx context.Context, form url.Values) (line.NewOrganizer, templates.JoinPage, error) {
	page := templates.JoinPage{Typed: form.Get("address"), Wrong: map[string]string{}}
	address, err := parseAddress(page.Typed)
	if err != nil {
		page.Wrong["address"] = messageOf(err)
	}
	passphrase := form.Get("passphrase")
	if err := checkPassphrase(passphrase, page.Typed); err != nil {
		page.Wrong["passphrase"] = messageOf(err)
	} else if form.Get("repeated") != passphrase {
		page.Wrong["repeated"] = "This is not what stands above."
	}
	if len(page.Wrong) > 0 {
		return line.NewOrganizer{}, page, nil
	}
	hash, err := s.hash(ctx, passphrase)
	if err != nil {
		return line.NewOrganizer{}, page, err
	}
	page.Wrong = nil
	return line.NewOrganizer{Address: address, Passphrase: hash}, page, nil
}

// parseAddress reads an organizer's address by the fans' strict grammar.
func parseAddress(typed string) (sale.Address, error) {
	return sale.ParseAddress(typed, idna.Lookup.ToASCII)
}

// messageOf is what an error says to whoever caused it.
func messageOf(err error) string {
	var e *sale.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return ""
}
