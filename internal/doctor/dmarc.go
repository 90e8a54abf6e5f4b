package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-msgauth/dmarc"
	"golang.org/x/net/publicsuffix"
)

const whyDMARC = "DMARC says what receivers shall do with mails in the domain's name that neither SPF nor DKIM vouches for. Large receivers demand a record of whoever mails many people."

// dmarc looks for the policy that holds for the domain, upwards to the
// organization's own (RFC 7489, 6.6.3, and the tree walk of its successor), and whether
// what we send fits it.
func (d *Doctor) dmarc(ctx context.Context, p Patient, s Sender) []Finding {
	a := about{AreaDomains, "DMARC", s.Domain}
	top := organization(s.Domain)
	for _, at := range upTo(s.Domain, top) {
		texts, err := d.txt(ctx, "_dmarc."+at)
		if err != nil {
			return []Finding{a.silent(err)}
		}
		texts = slices.DeleteFunc(texts, func(t string) bool { return !strings.HasPrefix(strings.TrimSpace(t), "v=DMARC1") })
		switch len(texts) {
		case 0:
			continue
		case 1:
			return a.policy(p, s, at, texts[0])
		default:
			return []Finding{a.fail(fmt.Sprintf("_dmarc.%s has %d records", at, len(texts)), "With more than one, receivers heed none.", "Leave one of them.")}
		}
	}
	return []Finding{a.fail("there is no DMARC record", whyDMARC,
		"Publish this TXT record, which asks for nothing but shows that you care. When mails have gone well for some weeks, tighten it to p=quarantine.",
		Record{"_dmarc." + top, "TXT", "v=DMARC1; p=none; rua=mailto:postmaster@" + top})}
}

// policy says what a record means for what we send.
func (a about) policy(p Patient, s Sender, at, text string) []Finding {
	record, err := dmarc.Parse(text)
	if err != nil {
		return []Finding{a.fail(fmt.Sprintf("the record at _dmarc.%s is broken (%s): %s", at, err, text), "Receivers take a broken record for none.",
			"Publish a right one in its place.", Record{"_dmarc." + at, "TXT", "v=DMARC1; p=none; rua=mailto:postmaster@" + organization(at)})}
	}
	policy := record.Policy
	if at != s.Domain && record.SubdomainPolicy != "" {
		policy = record.SubdomainPolicy
	}
	signed := len(p.Keys) > 0 && aligned(p.signs(s), s.Domain, record.DKIMAlignment == dmarc.AlignmentStrict)
	enveloped := aligned(s.envelope(), s.Domain, record.SPFAlignment == dmarc.AlignmentStrict)
	found := fmt.Sprintf("p=%s", policy)
	if at != s.Domain {
		found += " (from " + at + ")"
	}
	switch {
	case len(p.Keys) > 0 && !signed && !enveloped:
		return []Finding{a.fail(found+fmt.Sprintf(", but neither the signature (d=%s) nor the envelope (%s) fits the sender", p.signs(s), s.envelope()),
			"DMARC counts only what is of the sender's own domain; "+meaning(policy),
			"Leave dkim_domain unset, so that mails are signed for the sender's domain, or send from the domain that is signed for.")}
	case len(p.Keys) > 0 && !signed:
		return []Finding{a.warn(found+fmt.Sprintf(", and only SPF fits the sender; the signature is for %s", p.signs(s)),
			"Forwarded mails fail SPF; "+meaning(policy), "Leave dkim_domain unset, so that mails are signed for the sender's domain.")}
	case !enveloped && len(p.Keys) == 0:
		return []Finding{a.warn(found+fmt.Sprintf(", and the envelope (%s) does not fit the sender", s.envelope()),
			"Everything depends on your provider's signature; "+meaning(policy), "Sign here: inturn keys dkim SELECTOR --domain "+s.Domain)}
	case len(p.Keys) == 0:
		return []Finding{a.ok(found + "; SPF fits the sender. Whether a signature does is in your provider's hands")}
	case !enveloped:
		return []Finding{a.ok(found + "; the signature fits the sender, the envelope (" + s.envelope() + ") does not, which is enough")}
	default:
		return []Finding{a.ok(found + "; signature and envelope fit the sender")}
	}
}

func meaning(p dmarc.Policy) string {
	switch p {
	case dmarc.PolicyReject:
		return "the domain asks receivers to refuse such mails."
	case dmarc.PolicyQuarantine:
		return "the domain asks receivers to put such mails among the junk."
	default:
		return "the domain asks receivers to do nothing about such mails, and they count against its reputation."
	}
}

// aligned says whether a domain vouches for a sender's (RFC 7489, 3.1).
func aligned(domain, sender string, strict bool) bool {
	if strict {
		return domain == sender
	}
	return organization(domain) == organization(sender)
}

// organization is the domain that was registered: one label more than what
// is registered under.
func organization(domain string) string {
	top, err := publicsuffix.EffectiveTLDPlusOne(domain)
	if err != nil {
		return domain
	}
	return top
}

// upTo are domain and the domains above it as far as top.
func upTo(domain, top string) []string {
	all := []string{domain}
	for domain != top {
		_, above, found := strings.Cut(domain, ".")
		if !found {
			break
		}
		domain = above
		all = append(all, domain)
	}
	return all
}
