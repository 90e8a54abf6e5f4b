package doctor

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

const whySPF = "SPF names the machines that may send for a domain. Without it, large receivers refuse mails to many people or take them for junk."

// spf looks at the record that covers the envelope's sender (RFC 7208).
func (d *Doctor) spf(ctx context.Context, p Patient, s Sender) []Finding {
	domain := s.envelope()
	a := about{AreaDomains, "SPF", domain}
	w := spfWalk{d: d, ctx: ctx}
	root := w.record(domain)
	switch {
	case w.err != nil:
		return []Finding{a.silent(w.err)}
	case root == nil && len(w.problems) == 0:
		return []Finding{a.fail("there is no SPF record", whySPF,
			"Publish this TXT record. If your mail provider names an include of its own, put that before ~all in place of what stands there.",
			Record{domain, "TXT", "v=spf1 " + guess(p) + "~all"})}
	}
	var all []Finding
	for _, problem := range w.problems {
		all = append(all, a.fail(problem.found, "A broken record counts as none, or worse: receivers answer with a permanent error.", problem.do))
	}
	if root == nil {
		return all
	}
	if w.lookups > mostLookups {
		all = append(all, a.fail(fmt.Sprintf("the record needs %d look-ups; 10 are allowed", w.lookups),
			"Receivers stop after ten and answer with a permanent error (RFC 7208, 4.6.4).",
			"Take out includes that are not used any more, or write ip4: and ip6: in place of a: and mx:."))
	}
	if w.lookups <= mostLookups && w.lookups > mostLookups-2 {
		all = append(all, a.warn(fmt.Sprintf("the record needs %d of the 10 look-ups that are allowed", w.lookups),
			"An include that grows on its owner's side breaks it.", "Take out what is not used any more."))
	}
	all = append(all, a.ending(root)...)
	all = append(all, d.covered(ctx, p, a, root)...)
	if !slices.ContainsFunc(all, func(f Finding) bool { return f.Level != OK }) {
		all = append([]Finding{a.ok(fmt.Sprintf("%s (%d of 10 look-ups)", root.text, w.lookups))}, all...)
	}
	return all
}

// ending looks at what a record says about everybody else.
func (a about) ending(root *spfRecord) []Finding {
	switch last := root.all(); {
	case last == '+':
		return []Finding{a.fail("the record ends in +all: "+root.text, "So everybody may send for the domain, and receivers know what that means.",
			"End it in ~all (or -all).")}
	case last == '?' || last == 0 && root.redirect == nil && !root.opaque():
		return []Finding{a.warn("the record says nothing about other machines: "+root.text, "It names who may send, and leaves all others undecided, so it protects nobody.",
			"End it in ~all (or -all).")}
	default:
		return nil
	}
}

// covered compares the record with the addresses of the mail server. That is
// a hint only.
func (d *Doctor) covered(ctx context.Context, p Patient, a about, root *spfRecord) []Finding {
	if p.Server.Config.Host == "" {
		return nil
	}
	ips, err := d.addresses(ctx, p.Server.Config.Host)
	ips = slices.DeleteFunc(ips, func(ip netip.Addr) bool { return ip.IsLoopback() || ip.IsPrivate() })
	if err != nil || len(ips) == 0 {
		return nil // reported where the server is looked at; a relay in our own network sends from another address
	}
	const hint = "This is a hint only: your provider may send from other addresses than the one it takes mail at."
	var out []string
	for _, ip := range ips {
		verdict, by := root.verdict(ip)
		switch verdict {
		case spfPass:
			return []Finding{a.ok(fmt.Sprintf("covers the mail server's own address %s (by %s). %s", ip, by, hint))}
		case spfUnknown:
			return []Finding{a.ok("has terms that only a receiver can decide (macros, exists, ptr), so nothing can be said about the mail server's address")}
		}
		out = append(out, ip.String())
	}
	return []Finding{a.warn(fmt.Sprintf("the record does not cover the mail server's own address (%s): %s", strings.Join(out, ", "), root.text),
		"If the server sends from there, receivers see a failure. "+hint,
		"Ask your mail provider which include belongs into the record; for a server of your own, publish this in place of the record that is there.",
		Record{a.subject, "TXT", root.with("a:" + p.Server.Config.Host)})}
}

// guess is the term that covers the mail server by its name.
func guess(p Patient) string {
	if p.Server.Config.Host == "" {
		return "mx "
	}
	if ip, err := netip.ParseAddr(p.Server.Config.Host); err == nil {
		return ipTerm(ip) + " "
	}
	return "a:" + p.Server.Config.Host + " "
}

func ipTerm(ip netip.Addr) string {
	if ip.Unmap().Is4() {
		return "ip4:" + ip.Unmap().String()
	}
	return "ip6:" + ip.String()
}
