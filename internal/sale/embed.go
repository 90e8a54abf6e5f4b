package sale

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// maxOrigins keeps the header that names them at a sane length.
const maxOrigins = 20

// Embed is where other sites may show a sale's form in a frame. Origins are
// scheme, host and, where it is not the usual one, port; nobody's when empty.
type Embed struct {
	Origins []string `json:"origins,omitempty"`
}

// IsZero says whether nobody may show the form.
func (e Embed) IsZero() bool { return len(e.Origins) == 0 }

func (c *checker) embed() {
	origins := c.s.Embed.Origins
	if len(origins) > maxOrigins {
		c.fail("embed.origins", "has %s entries, but at most %d are possible", thousands(len(origins)), maxOrigins)
		return
	}
	for i, origin := range origins {
		field := fmt.Sprintf("embed.origins[%d]", i)
		before := len(c.errs)
		if c.origin(field, origin); len(c.errs) == before && slices.Contains(origins[:i], origin) {
			c.fail(field, "%s is there already", quote(origin))
		}
	}
}

// origin takes an origin exactly as a browser writes it, since that is what
// it will be compared with (RFC 6454 §6.2): in lower case, without a path,
// and without the port that goes without saying.
func (c *checker) origin(field, s string) {
	before := len(c.errs)
	if c.text(field, s, textRule{most: 300, required: true}); len(c.errs) > before {
		return
	}
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.Opaque != "" || !isASCII(s) || strings.ContainsAny(s, " \"'<>\\^`{|},;*%_") {
		c.fail(field, "%s is not the origin of a site; write it like https://festival.example, a domain beyond ASCII as xn--…", quote(s))
		return
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
		c.fail(field, "%s does not begin with https://", quote(s))
		return
	}
	if exact := exactOrigin(u); s != exact {
		c.fail(field, "%s has more than scheme, host and port, or is written otherwise than a browser does; write %s", quote(s), exact)
	}
}

func exactOrigin(u *url.URL) string {
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port != "" && port != map[string]string{"https": "443", "http": "80"}[u.Scheme] {
		host += ":" + strings.TrimLeft(port, "0")
	}
	return u.Scheme + "://" + host
}
