package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/inturn/inturn/internal/mail/dkim"
)

const whyDKIM = "A signature shows that a mail comes from the domain and was not changed. Large receivers demand one on mails to many people."

// signs is the domain that mails of s are signed for.
func (p Patient) signs(s Sender) string {
	if p.Domain != "" {
		return p.Domain
	}
	return s.Domain
}

// keys compares what the DNS has with the keys that sign (RFC 6376).
func (d *Doctor) keys(ctx context.Context, p Patient, s Sender) []Finding {
	domain := p.signs(s)
	if len(p.Keys) == 0 {
		return []Finding{about{AreaDomains, "DKIM", domain}.warn("mails are not signed here", whyDKIM,
			"Make sure that your mail provider signs for this very domain (d="+domain+" in the header DKIM-Signature of a mail that arrived; "+
				"--send-to hands one over), or sign here: inturn keys dkim SELECTOR --domain "+domain)}
	}
	var all []Finding
	for _, k := range p.Keys {
		all = append(all, d.key(ctx, k, domain))
	}
	if !slices.ContainsFunc(p.Keys, func(k dkim.Key) bool { return k.Algorithm == dkim.RSA }) {
		all = append(all, about{AreaDomains, "DKIM", domain}.warn("there are Ed25519 keys only",
			"Many receivers, the largest among them, check RSA only and take such mails for unsigned.", "Add an RSA key: inturn keys dkim SELECTOR --domain "+domain))
	}
	return all
}

// key compares one.
func (d *Doctor) key(ctx context.Context, k dkim.Key, domain string) Finding {
	want := k.Record(domain)
	a := about{AreaDomains, "DKIM", want.Name}
	publish := Record{want.Name, "TXT", want.Value}
	all, err := d.txt(ctx, want.Name)
	all = slices.DeleteFunc(all, func(text string) bool { return !strings.Contains(text, "p=") })
	switch {
	case err != nil:
		return a.silent(err)
	case len(all) == 0:
		return a.fail("there is no record for this key, so no receiver can check what it signs", whyDKIM, "Publish this TXT record.", publish)
	case len(all) > 1:
		return a.fail(fmt.Sprintf("there are %d records at this name", len(all)), "Receivers cannot tell which is meant and check none.",
			"Leave only this one.", publish)
	}
	tags := tagsOf(all[0])
	if tags["p"] == "" {
		return a.fail("the key was revoked (p= is empty)", "Receivers refuse what it signs.", "Make a new key under another selector: inturn keys dkim SELECTOR --domain "+domain)
	}
	if squeezed(tags["p"]) != k.Public() {
		return a.fail("the record is for another key than the one that signs", "Every signature is wrong for whoever checks it, which is worse than none.",
			"Publish this record in its place, or put the key that belongs to it into dkim_keys.", publish)
	}
	if err := k.Published(all[0]); err != nil {
		return a.fail("the record has the right key, and receivers do not take it: "+err.Error(), whyDKIM, "Publish this record in its place.", publish)
	}
	if slices.Contains(strings.Split(squeezed(tags["t"]), ":"), "y") {
		return a.warn("the key is published, and marked as a test (t=y)", "Receivers may treat what it signs as not signed.", "Publish it without t=y.", publish)
	}
	return a.ok(fmt.Sprintf("the published %s key is the one that signs", k.Algorithm))
}

// tagsOf reads `name=value; name=value`, for a look at single tags.
func tagsOf(text string) map[string]string {
	tags := map[string]string{}
	for part := range strings.SplitSeq(text, ";") {
		if name, value, found := strings.Cut(part, "="); found {
			tags[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	return tags
}

func squeezed(text string) string { return strings.Join(strings.Fields(text), "") }
