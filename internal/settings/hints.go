package settings

import (
	"fmt"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"slices"
)

// warn adds what is allowed but rarely meant: links and calls that travel in
// the clear outside this machine.
func (s *Settings) warn() {
	public := []struct{ name, url, why string }{
		{"registration_url", s.RegistrationURL, "addresses would travel unencrypted"},
		{"checkout_url", s.CheckoutURL, "offer links would travel unencrypted"},
		{"console_url", s.ConsoleURL, "passphrases would travel unencrypted, and browsers keep no session there"},
		{"peer_url", s.PeerURL, "calls are signed but would travel unencrypted"},
	}
	for _, p := range public {
		if p.url != "" && !private(p.url) {
			s.warnings = append(s.warnings, fmt.Sprintf("%s: %s is not https; %s", p.name, p.url, p.why))
		}
	}
	if !s.Limits {
		s.warnings = append(s.warnings, "limits: off; a single client network can fill the line")
	}
}

// private says whether a URL is encrypted or stays on this machine.
func private(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "https" {
		return err == nil
	}
	addr, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || (err == nil && addr.IsLoopback())
}

// suggest names the known key that differs from the unknown one by at most
// two letters.
func suggest(key string, known map[string]bool) string {
	for _, k := range slices.Sorted(maps.Keys(known)) {
		if distance(key, k) <= 2 {
			return fmt.Sprintf("; did you mean %s?", k)
		}
	}
	return ""
}

// distance is Levenshtein's: insertions, deletions and replacements.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// ListenerURL is the address that a listener on addr is reached at from this
// machine: an unspecified host becomes loopback.
func ListenerURL(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "http://" + addr
	}
	if ip, err := netip.ParseAddr(host); host == "" || (err == nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}
