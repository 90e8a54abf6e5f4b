package settings

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/mail/dkim"
	"github.com/inturn/inturn/internal/sale"
)

type (
	prefix = netip.Prefix
	dur    = time.Duration
	setter = func(s *Settings, text string) error
)

const (
	minBeat       = 100 * time.Millisecond
	maxBeat       = time.Minute
	minPeerSecret = 16
)

// The functions below make the setters of the table. Their errors describe
// what is wanted; they repeat the value only where it can hold no secret.

func text(field func(*Settings) *string) setter {
	return func(s *Settings, text string) error {
		*field(s) = text
		return nil
	}
}

func required(next setter) setter {
	return func(s *Settings, text string) error {
		if text == "" {
			return errors.New("must not be empty")
		}
		return next(s, text)
	}
}

// address takes "host:port", where the host may be missing and the port is a
// number.
func address(field func(*Settings) *string) setter {
	return func(s *Settings, text string) error {
		if text == "" {
			*field(s) = ""
			return nil
		}
		_, port, err := net.SplitHostPort(text)
		if err != nil {
			return fmt.Errorf("%q is not an address like 127.0.0.1:8080", text)
		}
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return fmt.Errorf("%q has no port from 0 to 65535", text)
		}
		*field(s) = text
		return nil
	}
}

// siteURL takes scheme and host only: pages link to /static and to each other
// from the root.
func siteURL(field func(*Settings) *string) setter {
	return func(s *Settings, text string) error {
		if text == "" {
			*field(s) = ""
			return nil
		}
		u, err := url.Parse(text)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
			return errors.New("must be a URL like https://tickets.example")
		}
		if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
			return errors.New("must have no path, query or fragment")
		}
		*field(s) = u.Scheme + "://" + u.Host
		return nil
	}
}

func dsn(field func(*Settings) *string) setter {
	return func(s *Settings, text string) error {
		path, isSQLite := strings.CutPrefix(text, "sqlite:")
		isPostgres := strings.HasPrefix(text, "postgres://") || strings.HasPrefix(text, "postgresql://")
		switch {
		case text == "", isSQLite && path != "", isPostgres:
			*field(s) = text
			return nil
		default:
			return errors.New("must be sqlite:PATH or postgres://user:password@host/database")
		}
	}
}

func smtpURL(field func(*Settings) *string) setter {
	return func(s *Settings, text string) error {
		if text != "" {
			if _, err := mail.Parse(text); err != nil {
				return errors.New(words(err))
			}
		}
		*field(s) = text
		return nil
	}
}

func dkimKeys(field func(*Settings) *[]dkim.Ref) setter {
	return func(s *Settings, text string) error {
		refs, err := dkim.ParseRefs(text)
		if err != nil {
			return errors.New(words(err))
		}
		*field(s) = refs
		return nil
	}
}

func domain(field func(*Settings) *string) setter {
	return func(s *Settings, text string) error {
		if text == "" {
			*field(s) = ""
			return nil
		}
		d, err := dkim.Domain(text)
		if err != nil {
			return errors.New(words(err))
		}
		*field(s) = d
		return nil
	}
}

func returnPath(field func(*Settings) *mail.ReturnPath) setter {
	return func(s *Settings, text string) error {
		*field(s) = mail.ReturnPath{}
		if text == "" {
			return nil
		}
		p, err := mail.ParseReturnPath(text, link.TagLength)
		if err != nil {
			return errors.New(words(err))
		}
		*field(s) = p
		return nil
	}
}

// words are an error's words for people, without its code.
func words(err error) string {
	var e *sale.Error
	if errors.As(err, &e) && e.Message != "" {
		return e.Message
	}
	return err.Error()
}

func secret(field func(*Settings) *string) setter {
	return func(s *Settings, text string) error {
		if text != "" && len(text) < minPeerSecret {
			return fmt.Errorf("must have at least %d characters", minPeerSecret)
		}
		*field(s) = text
		return nil
	}
}

func integer(field func(*Settings) *int, least, most int) setter {
	return func(s *Settings, text string) error {
		n, err := strconv.Atoi(text)
		if err != nil || n < least || n > most {
			return fmt.Errorf("%q is not a whole number from %d to %d", text, least, most)
		}
		*field(s) = n
		return nil
	}
}

func positive(field func(*Settings) *float64) setter {
	return func(s *Settings, text string) error {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) || f <= 0 {
			return fmt.Errorf("%q is not a number above 0", text)
		}
		*field(s) = f
		return nil
	}
}

func duration(field func(*Settings) *dur, least, most time.Duration) setter {
	return func(s *Settings, text string) error {
		d, err := time.ParseDuration(text)
		if err != nil || d < least || d > most {
			return fmt.Errorf("%q is not a duration from %s to %s, like 1s or 500ms", text, least, most)
		}
		*field(s) = d
		return nil
	}
}

func onOff(field func(*Settings) *bool) setter {
	return func(s *Settings, text string) error {
		switch text {
		case "on", "off":
			*field(s) = text == "on"
			return nil
		default:
			return fmt.Errorf("%q is neither on nor off", text)
		}
	}
}

func oneOf(field func(*Settings) *string, words ...string) setter {
	return func(s *Settings, text string) error {
		if !slices.Contains(words, text) {
			return fmt.Errorf("%q is not one of %s", text, strings.Join(words, ", "))
		}
		*field(s) = text
		return nil
	}
}

func level() setter {
	levels := map[string]slog.Level{
		"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
	}
	return func(s *Settings, text string) error {
		l, ok := levels[text]
		if !ok {
			return fmt.Errorf("%q is not one of debug, info, warn, error", text)
		}
		s.LogLevel = l
		return nil
	}
}

// networks takes addresses and prefixes; a bare address is a network of one.
func networks(field func(*Settings) *[]prefix) setter {
	return func(s *Settings, text string) error {
		var all []prefix
		for word := range strings.SplitSeq(text, ",") {
			word = strings.TrimSpace(word)
			if word == "" {
				continue
			}
			p, err := netip.ParsePrefix(word)
			if err != nil {
				a, err := netip.ParseAddr(word)
				if err != nil {
					return fmt.Errorf("%q is neither an address nor a network like 10.0.0.0/8", word)
				}
				p = netip.PrefixFrom(a, a.BitLen())
			}
			all = append(all, p.Masked())
		}
		*field(s) = all
		return nil
	}
}

// hidden shows only whether a secret is set.
func hidden(text string) string {
	if text == "" {
		return ""
	}
	return "(hidden)"
}

// withoutCredentials shows a connection string without its user, password and
// parameters, any of which may be secret.
func withoutCredentials(text string) string {
	if strings.HasPrefix(text, "sqlite:") {
		return text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return hidden(text)
	}
	shown := u.Scheme + "://"
	if u.User != nil {
		shown += "(hidden)@"
	}
	shown += u.Host + u.Path
	if u.RawQuery != "" {
		shown += "?(hidden)"
	}
	return shown
}
