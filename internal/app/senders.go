package app

import (
	"context"
	netmail "net/mail"
	"slices"
	"strings"

	"github.com/inturn/inturn/internal/mail/dkim"
)

// SenderDomains are the domains that the sales' mails come from, each once, in
// ASCII; none where there is no line here.
func (p *Parts) SenderDomains(ctx context.Context) ([]string, error) {
	if !p.HasLine() {
		return nil, nil
	}
	l, err := p.Line(ctx)
	if err != nil {
		return nil, err
	}
	states, err := l.Sales(ctx)
	if err != nil {
		return nil, err
	}
	var domains []string
	for _, st := range states {
		if d := domainOf(st.Sale.Mail.From); d != "" && !slices.Contains(domains, d) {
			domains = append(domains, d)
		}
	}
	return domains, nil
}

// domainOf is the domain of an address with or without a name, in ASCII; ""
// where it has none that mail could come from.
func domainOf(address string) string {
	a, err := netmail.ParseAddress(address)
	if err != nil {
		return ""
	}
	d, err := dkim.Domain(a.Address[strings.LastIndexByte(a.Address, '@')+1:])
	if err != nil {
		return ""
	}
	return d
}
