package doctor

import (
	"context"
	"fmt"
	"strings"
)

// mx asks where answers and bounces go.
func (d *Doctor) mx(ctx context.Context, s Sender) []Finding {
	all := []Finding{d.receives(ctx, s.Domain, "Many receivers refuse mails from a domain that takes none itself, and answers and bounces are lost.")}
	if s.envelope() != s.Domain {
		all = append(all, d.receives(ctx, s.envelope(), "Bounces go there; those that do not arrive keep offers open that nobody can use."))
	}
	for _, domain := range s.Replies {
		all = append(all, d.receives(ctx, domain, "The sale's reply_to is there: what fans answer would be lost."))
	}
	return all
}

// receives says whether mail to a domain has somewhere to go (RFC 5321, 5.1).
func (d *Doctor) receives(ctx context.Context, domain, why string) Finding {
	a := about{AreaDomains, "MX", domain}
	const name = "Publish an MX record that names a server which takes mail for the domain, such as this one."
	publish := Record{domain, "MX", "10 mail." + organization(domain) + "."}
	all, err := d.exchangers(ctx, domain)
	switch {
	case err != nil:
		return a.silent(err)
	case len(all) == 0:
		ips, err := d.addresses(ctx, domain)
		if err == nil && len(ips) > 0 {
			return a.warn(fmt.Sprintf("there is no MX record; mail would go to the domain's own address (%s)", ips[0]), why, name, publish)
		}
		return a.fail("there is no MX record", why, name, publish)
	case len(all) == 1 && strings.TrimSuffix(all[0].Host, ".") == "":
		return a.fail(`the domain says that it takes no mail (MX 0 ".")`, why, name, publish)
	}
	var named []string
	reached := false
	for _, mx := range all {
		host := strings.TrimSuffix(mx.Host, ".")
		ips, err := d.addresses(ctx, host)
		reached = reached || err != nil || len(ips) > 0
		named = append(named, host)
	}
	if !reached {
		return a.fail("the MX record names "+strings.Join(named, ", ")+", which has no address", why, "Correct the name, or give it an address.")
	}
	return a.ok("answers go to " + strings.Join(named, ", "))
}
