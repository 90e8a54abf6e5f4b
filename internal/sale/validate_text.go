package sale

import (
	"errors"
	"maps"
	"net"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxSlug      = 63 // as a DNS label, so that a sale may get a host name of its own
	maxURL       = 2000
	maxMailbox   = 400
	maxLanguages = 50
)

// textRule is what a text has to keep to.
type textRule struct {
	most     int // characters
	required bool
	lines    bool // may have several
}

// text refuses what could break out of the header, page or line a text is
// written into: control characters, and marks that turn the direction of
// what follows.
func (c *checker) text(field, s string, rule textRule) {
	switch {
	case s == "" && !rule.required:
	case strings.TrimSpace(s) == "":
		c.fail(field, "is missing")
	case !utf8.ValidString(s):
		c.fail(field, "is not valid UTF-8")
	case utf8.RuneCountInString(s) > rule.most:
		c.fail(field, "has %s characters, but at most %s are possible",
			thousands(utf8.RuneCountInString(s)), thousands(rule.most))
	case strings.ContainsFunc(s, func(r rune) bool { return unprintable(r, rule.lines) }):
		if !rule.lines && strings.ContainsAny(s, "\r\n") {
			c.fail(field, "has a line break in it; it must be a single line")
			return
		}
		c.fail(field, "contains a control character")
	}
}

func unprintable(r rune, lines bool) bool {
	if r == '\n' || r == '\t' {
		return !lines
	}
	turns := '\u202a' <= r && r <= '\u202e' || '\u2066' <= r && r <= '\u2069' // embeddings, overrides, isolates
	return turns || unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp) || r == '\ufeff'
}

// texts checks the same words in several languages.
func (c *checker) texts(field string, t Text, rule textRule) {
	if len(t) == 0 && rule.required {
		c.fail(field, "is missing; it is needed in at least one language, like {en: …}")
	}
	if len(t) > maxLanguages {
		c.fail(field, "is given in %d languages, but at most %d are possible", len(t), maxLanguages)
		return
	}
	rule.required = true
	for _, lang := range slices.Sorted(maps.Keys(t)) {
		if !languageTag.MatchString(lang) || len(lang) > 35 {
			c.fail(field, "%s is not a language; write it like en or de-CH", quote(lang))
			continue
		}
		c.text(field+"."+lang, t[lang], rule)
	}
}

// languageTag is the shape of a BCP 47 tag; whether the registry knows it
// makes no difference here.
var languageTag = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$`)

func (c *checker) languages() {
	langs := c.s.Languages
	if len(langs) == 0 {
		c.fail("languages", "is missing; name at least one, like [en]")
	}
	if len(langs) > maxLanguages {
		c.fail("languages", "has %d entries, but at most %d are possible", len(langs), maxLanguages)
		return
	}
	for i, lang := range langs {
		field := "languages[" + strconv.Itoa(i) + "]"
		if !languageTag.MatchString(lang) || len(lang) > 35 {
			c.fail(field, "%s is not a language; write it like en or de-CH", quote(lang))
		}
		if slices.Contains(langs[:i], lang) {
			c.fail(field, "%s is there already", quote(lang))
		}
	}
}

// reserved are the words that stand where a slug stands in a URL of any of
// the listeners, now or soon.
var reserved = []string{
	"account", "admin", "api", "assets", "c", "console", "favicon", "healthz", "help", "livez", "login", "logout",
	"mailbox", "metrics", "new", "order", "orders", "partner", "peer", "place", "readyz", "robots", "seller", "static",
	"status", "webhooks", "well-known", "widget",
}

func (c *checker) slug() {
	switch s := c.s.Slug; {
	case s == "":
		c.fail("slug", "is missing; it is the sale's word in every URL, like lakeside-2027")
	case !isSlug(s):
		c.fail("slug", "%s is not a slug; use a–z, 0–9 and inner hyphens, at most %d characters", quote(s), maxSlug)
	case slices.Contains(reserved, s):
		c.fail("slug", "%s is a reserved word", quote(s))
	}
}

func isSlug(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c != '-' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return s != "" && len(s) <= maxSlug && s[0] != '-' && s[len(s)-1] != '-'
}

func (c *checker) currency() {
	if c.s.Currency == "" {
		c.fail("currency", "is missing; write its three letters, like CHF")
		return
	}
	if _, ok := CurrencyDigits(c.s.Currency); !ok {
		c.fail("currency", "%s is not a currency; write its three letters by ISO 4217, like CHF", quote(c.s.Currency))
	}
}

func (c *checker) organizer() {
	o := c.s.Organizer
	c.text("organizer.name", o.Name, textRule{most: 200})
	c.url("organizer.imprint", o.Imprint)
	c.url("organizer.privacy", o.Privacy)
	c.url("organizer.terms", o.Terms)
}

// url takes https and, for rehearsals, http to this very machine: a fan's
// page never links to a script or in the clear.
func (c *checker) url(field, s string) {
	if s == "" {
		return
	}
	before := len(c.errs)
	if c.text(field, s, textRule{most: maxURL}); len(c.errs) > before {
		return
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Hostname() == "" || strings.ContainsAny(s, " \"<>\\^`{|}"):
		c.fail(field, "%s is not an address of a page; write it like https://www.example.com/terms", quote(s))
	case u.User != nil:
		c.fail(field, "must not carry a user name or password")
	case u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())):
		c.fail(field, "%s does not begin with https://", quote(s))
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

func (c *checker) mail() {
	m := c.s.Mail
	if m.From == "" {
		c.fail("mail.from", "is missing; every mail of the sale comes from this address")
	}
	c.mailbox("mail.from", m.From)
	c.mailbox("mail.reply_to", m.ReplyTo)
	c.texts("mail.alternatives", m.Alternatives, textRule{most: 5000, lines: true})
}

// mailbox takes one address with or without a display name. It goes into a
// header, so what net/mail decodes is checked too: an encoded word may hide a
// line break.
func (c *checker) mailbox(field, s string) {
	if s == "" {
		return
	}
	before := len(c.errs)
	if c.text(field, s, textRule{most: maxMailbox}); len(c.errs) > before {
		return
	}
	a, err := mail.ParseAddress(s)
	if err != nil {
		c.fail(field, `%s is not one address; write it like "Lakeside <tickets@lakeside.example>"`, quote(s))
		return
	}
	c.text(field, a.Name, textRule{most: maxMailbox})
	if _, err := ParseAddress(a.Address, onlyASCII); err != nil {
		c.fail(field, "%s", userWords(err))
	}
}

// onlyASCII stands in for IDNA where an organizer writes an address once and
// can write its domain as xn--… himself.
func onlyASCII(domain string) (string, error) {
	if !isASCII(domain) {
		return "", errors.New("not ASCII")
	}
	return domain, nil
}

// userWords is what an error says to whoever caused it.
func userWords(err error) string {
	var e *Error
	if errors.As(err, &e) && e.Message != "" {
		return e.Message
	}
	return err.Error()
}

// quote writes what was found, visibly and not at any length.
func quote(s string) string {
	const most = 80
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return strconv.Quote(s)
}
