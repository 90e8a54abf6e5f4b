package app

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"

	"github.com/inturn/inturn/internal/doctor"
	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/mail/dkim"
	"github.com/inturn/inturn/internal/settings"
)

// Warnings name what this set of roles can work with and is rarely meant:
// mails that leave, with links that nobody but this machine can open.
func Warnings(s *settings.Settings, rs Roles) []string {
	config, err := mail.Parse(s.SMTPURL)
	if !rs.Has(Dispatcher) || err != nil || doctor.IsHere(config.Host) {
		return nil
	}
	warnings := dkimWarnings(s)
	for _, link := range []struct{ setting, url, listen, what string }{
		{"INTURN_REGISTRATION_URL", s.RegistrationURL, s.RegistrationListen, "place pages"},
		{"INTURN_CHECKOUT_URL", s.CheckoutURL, s.CheckoutListen, "offers and orders"},
	} {
		begins := cmp.Or(link.url, settings.ListenerURL(link.listen))
		u, err := url.Parse(begins)
		if err != nil || !doctor.IsHere(u.Hostname()) {
			continue
		}
		is := "is not set"
		if link.url != "" {
			is = "is " + link.url
		}
		warnings = append(warnings, fmt.Sprintf("%s %s: mails leave through %s, and their links to %s begin with %s, which no fan can reach",
			link.setting, is, config.Host, link.what, begins))
	}
	return warnings
}

// dkimWarnings name keys that do little by themselves.
func dkimWarnings(s *settings.Settings) []string {
	keys, err := dkim.LoadAll(s.DKIMKeys)
	if err != nil || len(keys) == 0 || slices.ContainsFunc(keys, func(k dkim.Key) bool { return k.Algorithm == dkim.RSA }) {
		return nil
	}
	return []string{"INTURN_DKIM_KEYS has Ed25519 keys only: many receivers, the largest among them, check RSA only and take such mails for unsigned; add an RSA key"}
}
