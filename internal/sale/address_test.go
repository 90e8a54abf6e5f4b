package sale_test

import (
	"errors"
	"net/mail"
	"strings"
	"testing"

	"golang.org/x/net/idna"

	"github.com/inturn/inturn/internal/sale"
)

func TestParseAddressAccepts(t *testing.T) {
	local64 := strings.Repeat("a", 64)
	label63 := strings.Repeat("b", 63)
	tests := []struct{ typed, wantTyped, wantCanonical string }{
		{"fan@example.com", "fan@example.com", "fan@example.com"},
		{"  Fan@Example.COM\t", "Fan@Example.COM", "fan@example.com"},
		{"o'neil+tickets@example.com", "o'neil+tickets@example.com", "o'neil+tickets@example.com"},
		{"a!#$%&'*+-/=?^_`{|}~z@example.com", "a!#$%&'*+-/=?^_`{|}~z@example.com", "a!#$%&'*+-/=?^_`{|}~z@example.com"},
		{"fan@a.b.c.example.co.uk", "fan@a.b.c.example.co.uk", "fan@a.b.c.example.co.uk"},
		{"fan@1and1.com", "fan@1and1.com", "fan@1and1.com"},
		{"fan@r3---sn.example.com", "fan@r3---sn.example.com", "fan@r3---sn.example.com"},
		{local64 + "@example.com", local64 + "@example.com", local64 + "@example.com"},
		{"a@" + label63 + ".ch", "a@" + label63 + ".ch", "a@" + label63 + ".ch"},

		// Providers whose mailboxes are known.
		{"Fan.Of.Music+lake@gmail.com", "Fan.Of.Music+lake@gmail.com", "fanofmusic@gmail.com"},
		{"fan.ofmusic@GoogleMail.com", "fan.ofmusic@GoogleMail.com", "fanofmusic@gmail.com"},
		{"a.+x@gmail.com", "a.+x@gmail.com", "a@gmail.com"},
		{"fan.one+a+b@outlook.com", "fan.one+a+b@outlook.com", "fan.one@outlook.com"},
		{"fan+1@hotmail.co.uk", "fan+1@hotmail.co.uk", "fan@hotmail.co.uk"},
		{"fan+1@live.nl", "fan+1@live.nl", "fan@live.nl"},
		{"fan+1@msn.com", "fan+1@msn.com", "fan@msn.com"},
		{"fan+1@icloud.com", "fan+1@icloud.com", "fan@icloud.com"},
		{"fan+1@me.com", "fan+1@me.com", "fan@me.com"},
		{"fan+1@mac.com", "fan+1@mac.com", "fan@mac.com"},
		{"fan+1@fastmail.com", "fan+1@fastmail.com", "fan@fastmail.com"},
		{"Fan+1@Proton.me", "Fan+1@Proton.me", "fan@proton.me"},
		{"fan+1@pm.me", "fan+1@pm.me", "fan@pm.me"},
		// A rule that would leave nothing valid is not applied.
		{"+lake@gmail.com", "+lake@gmail.com", "+lake@gmail.com"},
		{"a.+x@outlook.com", "a.+x@outlook.com", "a.+x@outlook.com"},
		// Nothing is known of these: every spelling is somebody else.
		{"fan.one+x@gmail.com.example.com", "fan.one+x@gmail.com.example.com", "fan.one+x@gmail.com.example.com"},
		{"fan+x@example.org", "fan+x@example.org", "fan+x@example.org"},

		// IDNA.
		{"fan@bücher.example", "fan@bücher.example", "fan@xn--bcher-kva.example"},
		{"fan@BÜCHER.example", "fan@BÜCHER.example", "fan@xn--bcher-kva.example"},
		{"fan@XN--Bcher-KVA.example", "fan@XN--Bcher-KVA.example", "fan@xn--bcher-kva.example"},
		{"fan@例え。jp", "fan@例え。jp", "fan@xn--r8jz45g.jp"},
	}
	for _, tt := range tests {
		got, err := sale.ParseAddress(tt.typed, idna.Lookup.ToASCII)
		if err != nil {
			t.Errorf("ParseAddress(%q): %v", tt.typed, err)
			continue
		}
		if got.Typed != tt.wantTyped || got.Canonical != tt.wantCanonical {
			t.Errorf("ParseAddress(%q) = %+v, want %q and %q", tt.typed, got, tt.wantTyped, tt.wantCanonical)
		}
	}
}

func TestParseAddressRefuses(t *testing.T) {
	longDomain := strings.TrimSuffix(strings.Repeat("abcdefgh.", 28), ".") // 251 bytes
	tests := map[string]string{
		"empty":                      "",
		"blanks":                     " \t ",
		"no at":                      "fan.example.com",
		"no local":                   "@example.com",
		"no domain":                  "fan@",
		"two ats":                    "fan@home@example.com",
		"two addresses":              "a@example.com,b@example.com",
		"one label":                  "fan@localhost",
		"leading dot":                ".fan@example.com",
		"trailing dot":               "fan.@example.com",
		"two dots":                   "fa..n@example.com",
		"domain leading dot":         "fan@.example.com",
		"domain trailing dot":        "fan@example.com.",
		"domain two dots":            "fan@example..com",
		"hyphen first":               "fan@-example.com",
		"hyphen last":                "fan@example-.com",
		"underscore":                 "fan@ex_ample.com",
		"IPv4 literal":               "fan@[127.0.0.1]",
		"IPv6 literal":               "fan@[IPv6:::1]",
		"bare IPv4":                  "fan@127.0.0.1",
		"quoted local":               `"fan"@example.com`,
		"quoted with at":             `"a@b"@example.com`,
		"comment":                    "fan(comment)@example.com",
		"comment in domain":          "fan@example.com(comment)",
		"display name":               "Fan <fan@example.com>",
		"angle brackets":             "<fan@example.com>",
		"group":                      "fans:fan@example.com;",
		"source route":               "<@a.example,@b.example:fan@example.com>",
		"inner blank":                "fa n@example.com",
		"header injection":           "fan@example.com\r\nBcc: other@example.com",
		"line end":                   "fan@example.com\n",
		"NUL":                        "fan\x00@example.com",
		"DEL":                        "fan\x7f@example.com",
		"invalid UTF-8":              "fan\xff@example.com",
		"invalid UTF-8 domain":       "fan@b\xfccher.example",
		"zero-width joiner":          "fan@exam\u200dple.com",
		"soft hyphen":                "fan@exam\u00adple.com",
		"right-to-left override":     "fan@exam\u202eple.com",
		"no-break space":             "fan@example.com\u00a0",
		"variation selector":         "fan@example\ufe0f.com",
		"local beyond ASCII":         "fän@example.com",
		"dotless i (CVE-2019-19844)": "m\u0131ke@example.com",
		"Kelvin sign":                "mi\u212ae@example.com",
		"fullwidth at":               "fan\uff20example.com",
		"bad punycode":               "fan@xn--\u00fc.example",
		"broken xn--":                "fan@xn--zzzzzz99999.example",
		"local 65":                   strings.Repeat("a", 65) + "@example.com",
		"label 64":                   "fan@" + strings.Repeat("b", 64) + ".com",
		"whole 255":                  "fan@" + longDomain,
		"huge":                       strings.Repeat("a", 1<<20),
		// Strings that Go's net/mail read wrongly or for minutes.
		"CVE-2024-24784 comment":      "(a@example.com)b@example.org",
		"CVE-2024-24784 route":        ":@example.com",
		"CVE-2024-24784 nested":       "a(<b@example.org>)@example.com",
		"CVE-2025-61725 literal":      "fan@[" + strings.Repeat("[", 100) + "]",
		"CVE-2025-61725 long literal": "fan@[" + strings.Repeat(`\1`, 1<<18) + "]",
		"CVE-2025-59937 go-mail":      `"toni.tester@example.com> ORCPT=admin@admin.com"@example.com`,
	}
	for name, typed := range tests {
		got, err := sale.ParseAddress(typed, idna.Lookup.ToASCII)
		var e *sale.Error
		if !errors.As(err, &e) || e.Code != sale.CodeBadAddress || e.Message == "" || e.Reason == "" {
			t.Errorf("%s: ParseAddress = %+v, %v; want a bad_address with words and a reason", name, got, err)
			continue
		}
		if got != (sale.Address{}) {
			t.Errorf("%s: an address came with the error: %+v", name, got)
		}
		if len(typed) > 4 && strings.Contains(e.Message, typed) {
			t.Errorf("%s: the message repeats what was typed: %s", name, e.Message)
		}
	}
}

// TestAddressReasons has one address for every reason.
func TestAddressReasons(t *testing.T) {
	for typed, want := range map[string]sale.Reason{
		" ":                                sale.AddressEmpty,
		strings.Repeat("a", 255):           sale.AddressLong,
		"fan @example.com":                 sale.AddressCharacter,
		"fan.example.com":                  sale.AddressNoAt,
		"fan@example.com@example.com":      sale.AddressSeveral,
		"@example.com":                     sale.AddressNoName,
		strings.Repeat("a", 65) + "@b.com": sale.AddressLongName,
		"f(a)n@example.com":                sale.AddressName,
		"fan.@example.com":                 sale.AddressNameDots,
		"fan@":                             sale.AddressNoSite,
		"fan@example":                      sale.AddressShortSite,
		"fan@exa_mple.com":                 sale.AddressSite,
		"fan@xn--zzzzzz99999.example":      sale.AddressSite,
		"fan@example..com":                 sale.AddressSiteDots,
		"fan@-example.com":                 sale.AddressSiteLabel,
		"fan@" + strings.Repeat("b", 64) + ".com": sale.AddressSiteLabel,
		"fan@127.0.0.1":   sale.AddressNumber,
		"fan@[127.0.0.1]": sale.AddressNumber,
	} {
		_, err := sale.ParseAddress(typed, idna.Lookup.ToASCII)
		var e *sale.Error
		if !errors.As(err, &e) || e.Reason != want {
			t.Errorf("ParseAddress(%q) = %v, want the reason %q", typed, err, want)
		}
	}
}

// TestParseAddressMapsNothingAcross keeps a hostile IDNA function from
// making an address of a domain that was not typed.
func TestParseAddressMapsNothingAcross(t *testing.T) {
	answers := map[string]func(string) (string, error){
		"an address":      func(string) (string, error) { return "evil@example.com", nil },
		"upper case":      func(string) (string, error) { return "EXAMPLE.com", nil },
		"still not ASCII": func(s string) (string, error) { return s, nil },
		"never the same":  func(s string) (string, error) { return "a" + s, nil },
		"a blank":         func(string) (string, error) { return "a b.example", nil },
	}
	for name, f := range answers {
		if got, err := sale.ParseAddress("fan@bücher.example", f); sale.CodeOf(err) != sale.CodeBadAddress {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
	other := func(string) (string, error) { return "other.example", nil }
	if got, err := sale.ParseAddress("fan@xn--bcher-kva.example", other); sale.CodeOf(err) != sale.CodeBadAddress {
		t.Errorf("an ASCII domain was changed to %+v, %v", got, err)
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{
		"fan@example.com", " A.b+c@GoogleMail.com ", "fan@bücher.example", "fan@xn--bcher-kva.example",
		`"a@b"@example.com`, "(a@example.com)b@example.org", "fan@[127.0.0.1]", "fan@[[[[", "+@gmail.com",
		"a.+x@outlook.com", "m\u0131ke@example.com", "fan@example.com\r\nBcc: x@example.com", "fan@例え。jp",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		got, err := sale.ParseAddress(typed, idna.Lookup.ToASCII)
		if err != nil {
			if sale.CodeOf(err) != sale.CodeBadAddress {
				t.Fatalf("code %s", sale.CodeOf(err))
			}
			return
		}
		for _, s := range []string{got.Typed, got.Canonical} {
			if len(s) > 254 || strings.Count(s, "@") != 1 || strings.ContainsAny(s, " \t\r\n\x00<>()[],;:\\\"") {
				t.Fatalf("%q was accepted as %q", typed, s)
			}
			// Whoever parses it after us must read the same address.
			if a, err := mail.ParseAddress(s); err != nil || a.Address != s || a.Name != "" {
				t.Fatalf("net/mail reads %q as %v, %v", s, a, err)
			}
		}
		again, err := sale.ParseAddress(got.Canonical, idna.Lookup.ToASCII)
		if err != nil {
			t.Fatalf("the canonical form %q is refused: %v", got.Canonical, err)
		}
		if again.Canonical != got.Canonical {
			t.Fatalf("not idempotent: %q, then %q", got.Canonical, again.Canonical)
		}
		if same, err := sale.ParseAddress(got.Typed, idna.Lookup.ToASCII); err != nil || same != got {
			t.Fatalf("%+v read again is %+v, %v", got, same, err)
		}
	})
}

func BenchmarkParseAddress(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := sale.ParseAddress("Fan.Of.Music+lake@gmail.com", idna.Lookup.ToASCII); err != nil {
			b.Fatal(err)
		}
	}
}

// TestMaskAddress leaves too little for anybody to write to.
func TestMaskAddress(t *testing.T) {
	for typed, want := range map[string]string{
		"ann@fans.example": "a…@f….example", "Änne@müller.ch": "Ä…@m….ch", "a@b.c.de": "a…@b….de", "": "…", "nonsense": "…", "@x.y": "…", "a@b": "…", "a@.b": "…",
	} {
		if got := sale.MaskAddress(typed); got != want {
			t.Errorf("%q becomes %q, want %q", typed, got, want)
		}
	}
}
