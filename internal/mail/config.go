package mail

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/inturn/inturn/internal/sale"
)

// TLS says how a connection becomes private.
type TLS string

// The ways. StartTLS is mandatory where it is chosen: a server that does not
// offer it gets no mail and no password.
const (
	StartTLS TLS = "starttls"
	Implicit TLS = "implicit"
	NoTLS    TLS = "none"
)

// Config is where mail goes. The zero value is no server.
type Config struct {
	Host     string
	Port     int
	User     string
	Password string
	TLS      TLS
}

// Parse reads `smtp://user:password@host:port?tls=starttls|implicit|none`.
//
// Without tls= it is starttls, or none where the host is this machine.
// Without a port it is the usual one: 587, 465 for implicit, 25 for none.
// Errors are CodeInvalid and never quote the URL, which carries a password.
func Parse(raw string) (Config, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return Config{}, sale.E(sale.CodeInvalid, "not a URL like smtp://user:password@host:587 (write @ : / %% in a password as %%40 %%3A %%2F %%25)")
	}
	switch {
	case u.Scheme == "smtps":
		return Config{}, sale.E(sale.CodeInvalid, "write smtp://…?tls=implicit instead of smtps://")
	case u.Scheme != "smtp":
		return Config{}, sale.E(sale.CodeInvalid, "must start with smtp://")
	case u.Hostname() == "":
		return Config{}, sale.E(sale.CodeInvalid, "names no host")
	case u.Path != "" && u.Path != "/", u.Fragment != "":
		return Config{}, sale.E(sale.CodeInvalid, "has something after the host that does not belong there")
	}
	c := Config{Host: u.Hostname(), User: u.User.Username()}
	c.Password, _ = u.User.Password()
	if c.User == "" && c.Password != "" {
		return Config{}, sale.E(sale.CodeInvalid, "has a password but no user")
	}
	if c.TLS, err = parseTLS(u, c.Host); err != nil {
		return Config{}, err
	}
	if c.Port, err = parsePort(u.Port(), c.TLS); err != nil {
		return Config{}, err
	}
	return c, nil
}

func parseTLS(u *url.URL, host string) (TLS, error) {
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return "", sale.E(sale.CodeInvalid, "has a malformed part after the question mark")
	}
	for name, values := range query {
		if name != "tls" || len(values) != 1 {
			return "", sale.E(sale.CodeInvalid, "takes one tls= after the question mark and nothing else")
		}
	}
	switch mode := TLS(query.Get("tls")); mode {
	case StartTLS, Implicit, NoTLS:
		return mode, nil
	case "":
		if isLoopback(host) {
			return NoTLS, nil
		}
		return StartTLS, nil
	default:
		return "", sale.E(sale.CodeInvalid, "tls must be starttls, implicit or none")
	}
}

func parsePort(port string, mode TLS) (int, error) {
	if port == "" {
		return map[TLS]int{StartTLS: 587, Implicit: 465, NoTLS: 25}[mode], nil
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return 0, sale.E(sale.CodeInvalid, "has a port that is not 1 to 65535")
	}
	return int(n), nil
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// Addr is host:port.
func (c Config) Addr() string { return net.JoinHostPort(c.Host, strconv.Itoa(c.Port)) }

// String is the URL without its password, fit for logs.
func (c Config) String() string {
	u := url.URL{Scheme: "smtp", Host: c.Addr(), RawQuery: "tls=" + string(c.TLS)}
	switch {
	case c.Password != "":
		u.User = url.UserPassword(c.User, "***")
	case c.User != "":
		u.User = url.User(c.User)
	}
	return strings.Replace(u.String(), "%2A%2A%2A", "***", 1)
}

// GoString keeps the password out of %#v as well.
func (c Config) GoString() string { return c.String() }
