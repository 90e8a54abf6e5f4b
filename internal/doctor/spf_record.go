package doctor

import (
	"context"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// spfRecord is one parsed record with what its terms resolve to.
type spfRecord struct {
	domain, text string
	terms        []spfTerm
	redirect     *spfRecord
}

// spfTerm is one mechanism. opaque ones depend on what only a receiver knows.
type spfTerm struct {
	qualifier byte // + - ~ ?
	text      string
	all       bool
	nets      []netip.Prefix
	include   *spfRecord
	opaque    bool
}

type spfVerdict string

const (
	spfPass    spfVerdict = "pass"
	spfOther   spfVerdict = "not pass"
	spfUnknown spfVerdict = "unknown"
)

// verdict says whether ip passes, and by which term of this record.
func (r *spfRecord) verdict(ip netip.Addr) (v spfVerdict, by string) {
	unknown := false
	for _, t := range r.terms {
		matches := t.all
		for _, n := range t.nets {
			matches = matches || n.Contains(ip)
		}
		if t.include != nil {
			inner, _ := t.include.verdict(ip)
			matches = matches || inner == spfPass
			unknown = unknown || inner == spfUnknown
		}
		unknown = unknown || t.opaque
		switch {
		case !matches:
		case t.qualifier == '+':
			return spfPass, t.text
		case unknown:
			return spfUnknown, ""
		default:
			return spfOther, t.text
		}
	}
	if r.redirect != nil && !unknown {
		return r.redirect.verdict(ip)
	}
	if unknown {
		return spfUnknown, ""
	}
	return spfOther, ""
}

// all is the qualifier of the mechanism "all", 0 where there is none.
func (r *spfRecord) all() byte {
	for _, t := range r.terms {
		if t.all {
			return t.qualifier
		}
	}
	return 0
}

// opaque says that only a receiver can tell what the record says.
func (r *spfRecord) opaque() bool {
	for _, t := range r.terms {
		if t.opaque {
			return true
		}
	}
	return false
}

// with is the record with one more mechanism before its end.
func (r *spfRecord) with(mechanism string) string {
	words := strings.Fields(r.text)
	return strings.Join(append([]string{words[0], mechanism}, words[1:]...), " ")
}

// The limits of RFC 7208, 4.6.4, and how far we count beyond them.
const (
	mostLookups = 10
	mostCounted = 40
)

type spfProblem struct{ found, do string }

// spfWalk resolves a record with all that it includes.
type spfWalk struct {
	d        *Doctor
	ctx      context.Context
	lookups  int
	path     []string // domains whose records are being read
	problems []spfProblem
	err      error // the DNS did not answer
}

func (w *spfWalk) problem(do, format string, args ...any) {
	w.problems = append(w.problems, spfProblem{fmt.Sprintf(format, args...), do})
}

// record reads a domain's record; nil where there is none or it is of no use.
func (w *spfWalk) record(domain string) *spfRecord {
	all, err := w.d.txt(w.ctx, domain)
	if err != nil {
		w.err = err
		return nil
	}
	var texts []string
	for _, text := range all {
		if version, _, _ := strings.Cut(text, " "); strings.EqualFold(version, "v=spf1") {
			texts = append(texts, text)
		}
	}
	switch len(texts) {
	case 0:
		return nil
	case 1:
	default:
		w.problem("Keep one of them and put the terms of the others into it.", "%s has %d SPF records, and may have one only: %s", domain, len(texts), strings.Join(texts, " | "))
		return nil
	}
	w.path = append(w.path, domain)
	defer func() { w.path = w.path[:len(w.path)-1] }()
	r := &spfRecord{domain: domain, text: printable(texts[0])}
	redirect := ""
	for _, word := range strings.Fields(texts[0])[1:] {
		name, value, isModifier := strings.Cut(word, "=")
		switch {
		case isModifier && strings.EqualFold(name, "redirect"):
			redirect = value
		case isModifier && modifierName.MatchString(name): // exp= and what others may define
		case r.all() != 0: // terms after "all" are never looked at
		default:
			r.terms = append(r.terms, w.term(domain, word))
		}
	}
	switch {
	case redirect == "" || r.all() != 0:
	case strings.Contains(redirect, "%"):
		w.lookups++
		r.terms = append(r.terms, spfTerm{qualifier: '?', text: "redirect=" + redirect, opaque: true})
	default:
		r.redirect = w.follow(domain, "redirect="+redirect, redirect)
	}
	return r
}

var modifierName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]*$`)

// follow reads the record that another one refers to.
func (w *spfWalk) follow(domain, word, target string) *spfRecord {
	w.lookups++
	if strings.Contains(target, "%") || w.lookups > mostCounted {
		return nil
	}
	for _, p := range w.path {
		if strings.EqualFold(p, target) {
			w.problem("Take it out.", "the record of %s refers to itself by %s", domain, word)
			return nil
		}
	}
	before := len(w.problems)
	r := w.record(strings.TrimSuffix(target, "."))
	if r == nil && w.err == nil && len(w.problems) == before {
		w.problem("Correct the name, or take it out.", "%s in the record of %s leads to a domain without an SPF record", word, domain)
	}
	return r
}

// term reads one mechanism and looks up what it names.
func (w *spfWalk) term(domain, word string) spfTerm {
	t := spfTerm{qualifier: '+', text: word}
	rest := word
	if strings.ContainsRune("+-~?", rune(word[0])) {
		t.qualifier, rest = word[0], word[1:]
	}
	name, arg := rest, ""
	if i := strings.IndexAny(rest, ":/"); i >= 0 {
		name, arg = rest[:i], rest[i:]
	}
	target, hasTarget := strings.CutPrefix(arg, ":")
	bad := func() spfTerm {
		w.problem("Correct the record; see RFC 7208, section 5, for what may stand there.", "the record of %s has a term that is none: %s", domain, word)
		return t
	}
	switch strings.ToLower(name) {
	case "all":
		if t.all = true; arg != "" {
			return bad()
		}
	case "ip4", "ip6":
		n, ok := network(target)
		if !hasTarget || !ok || n.Addr().Is4() != strings.EqualFold(name, "ip4") {
			return bad()
		}
		t.nets = []netip.Prefix{n}
	case "include":
		if !hasTarget || target == "" {
			return bad()
		}
		t.opaque = strings.Contains(target, "%")
		t.include = w.follow(domain, word, target)
	case "a", "mx":
		return w.hosts(domain, t, name, arg, bad)
	case "exists", "ptr":
		w.lookups++
		t.opaque = true
	default:
		return bad()
	}
	return t
}

// hosts resolves a: and mx: with their lengths of prefixes.
func (w *spfWalk) hosts(domain string, t spfTerm, name, arg string, bad func() spfTerm) spfTerm {
	host, bits4, bits6, ok := hostAndBits(arg)
	if !ok {
		return bad()
	}
	w.lookups++
	if host == "" {
		host = domain
	}
	if strings.Contains(host, "%") {
		t.opaque = true
		return t
	}
	if w.lookups > mostCounted {
		return t
	}
	hosts := []string{host}
	if strings.EqualFold(name, "mx") {
		all, err := w.d.exchangers(w.ctx, host)
		if err != nil {
			t.opaque = true
			return t
		}
		hosts = nil
		for _, mx := range all {
			hosts = append(hosts, strings.TrimSuffix(mx.Host, "."))
		}
	}
	for _, h := range hosts {
		ips, err := w.d.addresses(w.ctx, h)
		t.opaque = t.opaque || err != nil
		for _, ip := range ips {
			bits := bits6
			if ip.Is4() {
				bits = bits4
			}
			t.nets = append(t.nets, netip.PrefixFrom(ip, bits).Masked())
		}
	}
	return t
}

// hostAndBits reads ":host/24//64", every part of which may be missing.
func hostAndBits(arg string) (host string, bits4, bits6 int, ok bool) {
	bits4, bits6 = 32, 128
	rest, six, has6 := strings.Cut(arg, "//")
	if has6 {
		if bits6, ok = bits(six, 128); !ok {
			return "", 0, 0, false
		}
	}
	rest, four, has4 := strings.Cut(rest, "/")
	if has4 {
		if bits4, ok = bits(four, 32); !ok {
			return "", 0, 0, false
		}
	}
	host, named := strings.CutPrefix(rest, ":")
	if named == (host == "") && rest != "" {
		return "", 0, 0, false
	}
	return strings.TrimSuffix(host, "."), bits4, bits6, true
}

func bits(text string, most int) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0 && n <= most
}

// network reads an address or a network.
func network(text string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.Masked(), true
	}
	ip, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(ip, ip.BitLen()), true
}
