package robots

import (
	_ "embed"
	"strings"
)

//go:embed everyday.txt
var everydayText string

// everyday are the providers at which many people have their mailbox: that
// many of a line are there says nothing.
func everyday() map[string]bool { return readList(everydayText) }

func readList(text string) map[string]bool {
	list := map[string]bool{}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			list[line] = true
		}
	}
	return list
}

// domain is the domain of an address when it is worth counting: nobody's
// everyday mailbox, not allowed by name, and not disposable, which is a kind of
// its own.
func (f *finder) domain(domain string) string {
	d := f.sought.Disposables
	if at(domain, f.everyday) != "" || d.Allowed(domain) || d.Find(domain) != "" {
		return ""
	}
	return domain
}

// digits is an address with every run of digits as "#": name001 and name17
// are one. An address without digits has none, nor has one with hardly a
// letter at an everyday provider, where numbers are names.
func (f *finder) digits(address string) string {
	local, domain, _ := strings.Cut(address, "@")
	if strings.Contains(local, "+") || !strings.ContainsAny(local, "0123456789") {
		return ""
	}
	var b strings.Builder
	letters, run := 0, false
	for i := range len(local) {
		c := local[i]
		if digit := '0' <= c && c <= '9'; digit {
			if !run {
				b.WriteByte('#')
			}
			run = true
			continue
		}
		run = false
		if 'a' <= c && c <= 'z' {
			letters++
		}
		b.WriteByte(c)
	}
	if letters < 3 && at(domain, f.everyday) != "" {
		return ""
	}
	return b.String() + "@" + domain
}

// alias is an address without dots and without what follows a plus. Where a
// provider is known to take them for one mailbox, they cannot stand in line
// twice anyway.
func alias(address string) string {
	local, domain, _ := strings.Cut(address, "@")
	base, _, _ := strings.Cut(local, "+")
	if base = strings.ReplaceAll(base, ".", ""); base == "" {
		return ""
	}
	return base + "@" + domain
}
