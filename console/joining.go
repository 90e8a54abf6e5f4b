package console

import (
	"context"
	"errors"
	"maps"
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
	hash, wrong, err := s.readPassphrase(ctx, form, page.Typed)
	if err != nil {
		return line.NewOrganizer{}, page, err
	}
	maps.Copy(page.Wrong, wrong)
	if len(page.Wrong) > 0 {
		return line.NewOrganizer{}, page, nil
	}
	page.Wrong = nil
	return line.NewOrganizer{Address: address, Passphrase: hash}, page, nil
}

// readPassphrase reads a new passphrase and its repetition, and gives what is
// kept of it, or what is wrong, by field.
func (s *Server) readPassphrase(ctx context.Context, form url.Values, address string) (hash string, wrong map[string]string, err error) {
	passphrase := form.Get("passphrase")
	if err := checkPassphrase(passphrase, address); err != nil {
		return "", map[string]string{"passphrase": messageOf(err)}, nil
	}
	if form.Get("repeated") != passphrase {
		return "", map[string]string{"repeated": "This is not what stands above."}, nil
	}
	hash, err = s.hash(ctx, passphrase)
	return hash, nil, err
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
