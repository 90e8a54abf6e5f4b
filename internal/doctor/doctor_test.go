package doctor_test

import (
	"context"
	"crypto/rand"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/doctor"
	"github.com/inturn/inturn/internal/doctor/dnstest"
	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/mail/dkim"
	"github.com/inturn/inturn/internal/mail/smtptest"
)

var noon = time.Date(2027, 3, 12, 12, 0, 0, 0, time.UTC)

// examine looks at p by the DNS of a zone.
func examine(t *testing.T, zone string, p doctor.Patient, change ...func(*doctor.Options)) []doctor.Finding {
	t.Helper()
	dns := dnstest.Start(t, zone)
	o := doctor.Options{Resolver: dns.Resolver(), HTTP: &http.Client{}, Clock: func() time.Time { return noon }}
	for _, c := range change {
		c(&o)
	}
	d, err := doctor.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return d.Examine(t.Context(), p)
}

// about picks the findings of one check, and fails without any.
func about(t *testing.T, all []doctor.Finding, check string) []doctor.Finding {
	t.Helper()
	var some []doctor.Finding
	for _, f := range all {
		if f.Check == check {
			some = append(some, f)
		}
	}
	if len(some) == 0 {
		t.Fatalf("nothing about %s in %+v", check, all)
	}
	return some
}

// wants says that the worst finding of a check has this level, and that these
// words are somewhere in its findings.
func wants(t *testing.T, all []doctor.Finding, check string, level doctor.Level, words ...string) {
	t.Helper()
	worst, said := doctor.OK, ""
	for _, f := range about(t, all, check) {
		if f.Level == doctor.Fail || f.Level == doctor.Warn && worst == doctor.OK {
			worst = f.Level
		}
		said += strings.Join([]string{f.Subject, f.Found, f.Why, f.Do}, " · ") + "\n"
		for _, r := range f.Records {
			said += r.Name + " " + r.Type + " " + r.Value + "\n"
		}
		if f.Level != doctor.OK && f.Do == "" {
			t.Errorf("%s: nothing to do about it: %+v", check, f)
		}
	}
	if worst != level {
		t.Errorf("%s: %s, want %s:\n%s", check, worst, level, said)
	}
	for _, w := range words {
		if !strings.Contains(said, w) {
			t.Errorf("%s: not a word of %q in:\n%s", check, w, said)
		}
	}
}

func sender(domain string) doctor.Sender {
	return doctor.Sender{Domain: domain, Address: "tickets@" + domain, UsedBy: []string{"--from"}}
}

func makeKey(t *testing.T, selector string, a dkim.Algorithm) dkim.Key {
	t.Helper()
	k, err := dkim.Make(dkim.Ref{Selector: selector, Path: filepath.Join(t.TempDir(), "key.pem")}, a, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func publish(keys ...dkim.Key) string {
	zone := ""
	for _, k := range keys {
		r := k.Record("lakeside.example")
		zone += r.Name + " TXT " + r.Value + "\n"
	}
	return zone
}

const healthy = `
lakeside.example         TXT  v=spf1 include:relay.example ~all
lakeside.example         TXT  some-verification=123
relay.example            TXT  v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all
lakeside.example         MX   10 mail.lakeside.example
mail.lakeside.example    A    192.0.2.7
mx.relay.example         A    192.0.2.25
_dmarc.lakeside.example  TXT  v=DMARC1; p=quarantine; rua=mailto:d@lakeside.example
`

// server is a relay that is known by its name only; nobody is dialled.
func server(host string) doctor.Server {
	return doctor.Server{Config: mail.Config{Host: host, Port: 587}}
}

func TestAHealthyDomain(t *testing.T) {
	keys := []dkim.Key{makeKey(t, "r1", dkim.RSA), makeKey(t, "e1", dkim.Ed25519)}
	all := examine(t, healthy+publish(keys...), doctor.Patient{Senders: []doctor.Sender{sender("lakeside.example")}, Keys: keys, Server: server("mx.relay.example")})
	wants(t, all, "SPF", doctor.OK, "v=spf1 include:relay.example ~all", "1 of 10 look-ups", "covers the mail server's own address 192.0.2.25 (by include:relay.example)", "hint")
	wants(t, all, "DKIM", doctor.OK, "the published rsa key", "the published ed25519 key")
	wants(t, all, "DMARC", doctor.OK, "p=quarantine; signature and envelope fit")
	wants(t, all, "MX", doctor.OK, "mail.lakeside.example")
}

// TestAnEmptyDomain: what is to be published stands there in full.
func TestAnEmptyDomain(t *testing.T) {
	k := makeKey(t, "r1", dkim.RSA)
	all := examine(t, "nothing.example A 192.0.2.1\n", doctor.Patient{Senders: []doctor.Sender{sender("news.lakeside.example")}, Keys: []dkim.Key{k}, Server: server("smtp.relay.example")})
	wants(t, all, "SPF", doctor.Fail, "news.lakeside.example TXT v=spf1 a:smtp.relay.example ~all")
	wants(t, all, "DKIM", doctor.Fail, "r1._domainkey.news.lakeside.example TXT "+k.Record("").Value)
	wants(t, all, "DMARC", doctor.Fail, "_dmarc.lakeside.example TXT v=DMARC1; p=none; rua=mailto:postmaster@lakeside.example")
	wants(t, all, "MX", doctor.Fail, "news.lakeside.example MX 10 mail.lakeside.example.")
}

// TestADNSThatDoesNotAnswer is no missing record.
func TestADNSThatDoesNotAnswer(t *testing.T) {
	all := examine(t, "lakeside.example FAIL\n_dmarc.lakeside.example FAIL\nr1._domainkey.lakeside.example FAIL\n",
		doctor.Patient{Senders: []doctor.Sender{sender("lakeside.example")}, Keys: []dkim.Key{makeKey(t, "r1", dkim.RSA)}})
	for _, check := range []string{"SPF", "DKIM", "DMARC", "MX"} {
		wants(t, all, check, doctor.Warn, "did not answer")
	}
}

func TestSPF(t *testing.T) {
	chain := func(n int) string { // n records, each including the next
		zone := ""
		for i := range n {
			zone += "d" + string(rune('a'+i)) + ".example TXT v=spf1 include:d" + string(rune('a'+i+1)) + ".example ~all\n"
		}
		return zone + "d" + string(rune('a'+n)) + ".example TXT v=spf1 ip4:192.0.2.25 ~all\nlakeside.example TXT v=spf1 include:da.example ~all\n"
	}
	const relay = "mx.relay.example A 192.0.2.25\nmx.relay.example AAAA 2001:db8::25\n"
	for name, c := range map[string]struct {
		zone  string
		level doctor.Level
		words []string
	}{
		"ip4":                 {"lakeside.example TXT v=spf1 ip4:192.0.2.25 -all", doctor.OK, []string{"by ip4:192.0.2.25"}},
		"ip6":                 {"lakeside.example TXT v=spf1 ip6:2001:db8::/64 -all", doctor.OK, []string{"by ip6:2001:db8::/64"}},
		"a of a host":         {"lakeside.example TXT v=spf1 a:mx.relay.example -all", doctor.OK, []string{"by a:mx.relay.example"}},
		"a with a length":     {"lakeside.example TXT v=spf1 a/24 ~all\nlakeside.example A 192.0.2.200", doctor.OK, []string{"by a/24"}},
		"mx":                  {"lakeside.example TXT V=SPF1 MX ~all\nlakeside.example MX 10 mx.relay.example", doctor.OK, []string{"by MX"}},
		"mx with lengths":     {"lakeside.example TXT v=spf1 mx:other.example/24//64 ~all\nother.example MX 5 m.other.example\nm.other.example A 192.0.2.99", doctor.OK, nil},
		"redirect":            {"lakeside.example TXT v=spf1 redirect=_spf.relay.example\n_spf.relay.example TXT v=spf1 ip4:192.0.2.0/24 -all", doctor.OK, []string{"by ip4:192.0.2.0/24"}},
		"macro":               {"lakeside.example TXT v=spf1 exists:%{i}._spf.relay.example -all", doctor.OK, []string{"only a receiver can decide"}},
		"macro in redirect":   {"lakeside.example TXT v=spf1 redirect=%{d}.relay.example", doctor.OK, []string{"only a receiver can decide"}},
		"modifiers":           {"lakeside.example TXT v=spf1 ip4:192.0.2.25 exp=why.lakeside.example x-y=z -all", doctor.OK, nil},
		"after all":           {"lakeside.example TXT v=spf1 ip4:192.0.2.25 ~all nonsense:x", doctor.OK, nil},
		"another's softfail":  {"lakeside.example TXT v=spf1 include:relay.example ip4:192.0.2.25 ~all\nrelay.example TXT v=spf1 ~all", doctor.OK, []string{"by ip4:192.0.2.25"}},
		"excluded first":      {"lakeside.example TXT v=spf1 -ip4:192.0.2.25 -ip6:2001:db8::/32 a:mx.relay.example ~all", doctor.Warn, []string{"does not cover"}},
		"not covered":         {"lakeside.example TXT v=spf1 ip4:198.51.100.1 ~all", doctor.Warn, []string{"does not cover the mail server's own address (192.0.2.25, 2001:db8::25)", "lakeside.example TXT v=spf1 a:mx.relay.example ip4:198.51.100.1 ~all"}},
		"for a terminal":      {"lakeside.example TXT v=spf1 x=\x1b[31m ip4:198.51.100.1 ~all", doctor.Warn, []string{"lakeside.example TXT v=spf1 a:mx.relay.example x= [31m ip4:198.51.100.1 ~all"}},
		"everybody":           {"lakeside.example TXT v=spf1 +all", doctor.Fail, []string{"+all"}},
		"everybody, in short": {"lakeside.example TXT v=spf1 all", doctor.Fail, []string{"+all"}},
		"undecided":           {"lakeside.example TXT v=spf1 ip4:192.0.2.25 ?all", doctor.Warn, []string{"protects nobody"}},
		"no end":              {"lakeside.example TXT v=spf1 ip4:192.0.2.25", doctor.Warn, []string{"protects nobody"}},
		"two":                 {"lakeside.example TXT v=spf1 -all\nlakeside.example TXT v=spf1 mx -all", doctor.Fail, []string{"has 2 SPF records"}},
		"misspelt":            {"lakeside.example TXT v=spf1 ipv4:192.0.2.25 ~all", doctor.Fail, []string{"a term that is none: ipv4:192.0.2.25"}},
		"comma":               {"lakeside.example TXT v=spf1 ip4:192.0.2.25, mx ~all", doctor.Fail, []string{"a term that is none"}},
		"ip6 for ip4":         {"lakeside.example TXT v=spf1 ip4:2001:db8::1 ~all", doctor.Fail, []string{"a term that is none"}},
		"include of nothing":  {"lakeside.example TXT v=spf1 include: ~all", doctor.Fail, []string{"a term that is none"}},
		"length too long":     {"lakeside.example TXT v=spf1 a/33 ~all", doctor.Fail, []string{"a term that is none"}},
		"include leads away":  {"lakeside.example TXT v=spf1 include:gone.example ~all", doctor.Fail, []string{"leads to a domain without an SPF record"}},
		"loop":                {"lakeside.example TXT v=spf1 include:relay.example ~all\nrelay.example TXT v=spf1 include:lakeside.example ~all", doctor.Fail, []string{"refers to itself"}},
		"ten look-ups":        {chain(9), doctor.Warn, []string{"10 of the 10"}},
		"eleven look-ups":     {chain(10), doctor.Fail, []string{"needs 11 look-ups"}},
		"not SPF at all":      {"lakeside.example TXT v=spf10 mx -all", doctor.Fail, []string{"there is no SPF record"}},
	} {
		t.Run(name, func(t *testing.T) {
			all := examine(t, relay+c.zone, doctor.Patient{Senders: []doctor.Sender{sender("lakeside.example")}, Server: server("mx.relay.example")})
			wants(t, all, "SPF", c.level, c.words...)
		})
	}
}

func TestDKIM(t *testing.T) {
	k, other := makeKey(t, "r1", dkim.RSA), makeKey(t, "r1", dkim.RSA)
	name, value := k.Record("lakeside.example").Name, k.Record("lakeside.example").Value
	for what, c := range map[string]struct {
		zone  string
		level doctor.Level
		words []string
	}{
		"right":             {name + " TXT " + value, doctor.OK, nil},
		"by an alias":       {name + " CNAME r1.provider.example\nr1.provider.example TXT " + value, doctor.OK, nil},
		"spaces within":     {name + " TXT v=DKIM1; k=rsa ; p=" + k.Public()[:100] + " " + k.Public()[100:], doctor.OK, nil},
		"beside other text": {name + " TXT hello\n" + name + " TXT " + value, doctor.OK, nil},
		"another key":       {name + " TXT " + other.Record("").Value, doctor.Fail, []string{"another key than the one that signs", value}},
		"cut off":           {name + " TXT " + value[:255], doctor.Fail, []string{"another key", value}},
		"revoked":           {name + " TXT v=DKIM1; p=", doctor.Fail, []string{"revoked"}},
		"two":               {name + " TXT " + value + "\n" + name + " TXT " + other.Record("").Value, doctor.Fail, []string{"2 records"}},
		"for another kind":  {name + " TXT " + strings.Replace(value, "k=rsa", "k=ed25519", 1), doctor.Fail, []string{"do not take it"}},
		"for sha1 only":     {name + " TXT " + value + "; h=sha1", doctor.Fail, []string{"do not take it"}},
		"not for mail":      {name + " TXT " + value + "; s=tlsrpt", doctor.Fail, []string{"do not take it"}},
		"a test":            {name + " TXT " + value + "; t=y:s", doctor.Warn, []string{"t=y"}},
	} {
		t.Run(what, func(t *testing.T) {
			all := examine(t, c.zone, doctor.Patient{Senders: []doctor.Sender{sender("lakeside.example")}, Keys: []dkim.Key{k}})
			wants(t, all, "DKIM", c.level, c.words...)
		})
	}
	ed := makeKey(t, "e1", dkim.Ed25519)
	wants(t, examine(t, publish(ed), doctor.Patient{Senders: []doctor.Sender{sender("lakeside.example")}, Keys: []dkim.Key{ed}}), "DKIM", doctor.Warn, "Ed25519 keys only")
	wants(t, examine(t, "x A 192.0.2.1", doctor.Patient{Senders: []doctor.Sender{sender("lakeside.example")}}), "DKIM", doctor.Warn, "not signed here", "keys dkim")
}

func TestDMARC(t *testing.T) {
	const at = "_dmarc.lakeside.example TXT "
	keys := []dkim.Key{makeKey(t, "r1", dkim.RSA)}
	for what, c := range map[string]struct {
		zone    string
		patient doctor.Patient
		level   doctor.Level
		words   []string
	}{
		"fits":                     {at + "v=DMARC1; p=reject", doctor.Patient{Keys: keys}, doctor.OK, []string{"p=reject; signature and envelope fit"}},
		"of the organization":      {at + "v=DMARC1; p=reject; sp=none", doctor.Patient{Keys: keys, Senders: []doctor.Sender{sender("news.lakeside.example")}}, doctor.OK, []string{"p=none (from lakeside.example)"}},
		"on the way up":            {"_dmarc.b.lakeside.example TXT v=DMARC1; p=none", doctor.Patient{Keys: keys, Senders: []doctor.Sender{sender("a.b.lakeside.example")}}, doctor.OK, []string{"from b.lakeside.example"}},
		"not above what is bought": {"_dmarc.co.uk TXT v=DMARC1; p=reject", doctor.Patient{Keys: keys, Senders: []doctor.Sender{sender("lakeside.co.uk")}}, doctor.Fail, []string{"_dmarc.lakeside.co.uk TXT"}},
		"signed for a sibling":     {at + "v=DMARC1; p=reject", doctor.Patient{Keys: keys, Domain: "mail.lakeside.example"}, doctor.OK, nil},
		"strict, signed elsewhere": {at + "v=DMARC1; p=reject; adkim=s", doctor.Patient{Keys: keys, Domain: "mail.lakeside.example"}, doctor.Warn, []string{"only SPF fits"}},
		"signed for somebody else": {at + "v=DMARC1; p=none", doctor.Patient{Keys: keys, Domain: "relay.example"}, doctor.Warn, []string{"only SPF fits", "dkim_domain"}},
		"nothing fits":             {at + "v=DMARC1; p=reject", doctor.Patient{Keys: keys, Domain: "relay.example", Senders: []doctor.Sender{{Domain: "lakeside.example", Envelope: "bounces.example"}}}, doctor.Fail, []string{"neither the signature (d=relay.example) nor the envelope (bounces.example)", "refuse"}},
		"envelope elsewhere":       {at + "v=DMARC1; p=reject", doctor.Patient{Keys: keys, Senders: []doctor.Sender{{Domain: "lakeside.example", Envelope: "bounces.example"}}}, doctor.OK, []string{"which is enough"}},
		"envelope, strict":         {at + "v=DMARC1; p=reject; aspf=s", doctor.Patient{Senders: []doctor.Sender{{Domain: "lakeside.example", Envelope: "bounces.lakeside.example"}}}, doctor.Warn, []string{"provider's signature"}},
		"not signed":               {at + "v=DMARC1; p=none", doctor.Patient{}, doctor.OK, []string{"provider's hands"}},
		"two":                      {at + "v=DMARC1; p=none\n" + at + "v=DMARC1; p=reject", doctor.Patient{Keys: keys}, doctor.Fail, []string{"has 2 records"}},
		"broken":                   {at + "v=DMARC1; p=reject-all", doctor.Patient{Keys: keys}, doctor.Fail, []string{"is broken", "v=DMARC1; p=none"}},
		"other text at the place":  {at + "hello\n" + at + "v=DMARC1; p=none", doctor.Patient{Keys: keys}, doctor.OK, nil},
		"control characters in it": {at + "v=DMARC1; p=\x1b[31m", doctor.Patient{Keys: keys}, doctor.Fail, []string{"p= [31m"}},
	} {
		t.Run(what, func(t *testing.T) {
			if c.patient.Senders == nil {
				c.patient.Senders = []doctor.Sender{sender("lakeside.example")}
			}
			wants(t, examine(t, c.zone, c.patient), "DMARC", c.level, c.words...)
		})
	}
}

func TestMX(t *testing.T) {
	for what, c := range map[string]struct {
		zone  string
		level doctor.Level
		words []string
	}{
		"right":          {"lakeside.example MX 20 b.example\nlakeside.example MX 10 a.example\na.example A 192.0.2.1", doctor.OK, []string{"a.example, b.example"}},
		"null":           {"lakeside.example MX 0 .", doctor.Fail, []string{"takes no mail"}},
		"address only":   {"lakeside.example A 192.0.2.1", doctor.Warn, []string{"192.0.2.1"}},
		"leads nowhere":  {"lakeside.example MX 10 gone.example", doctor.Fail, []string{"has no address"}},
		"host is silent": {"lakeside.example MX 10 slow.example\nslow.example FAIL", doctor.OK, nil},
	} {
		t.Run(what, func(t *testing.T) {
			wants(t, examine(t, c.zone, doctor.Patient{Senders: []doctor.Sender{sender("lakeside.example")}}), "MX", c.level, c.words...)
		})
	}
	s := doctor.Sender{Domain: "lakeside.example", Envelope: "bounces.example", Replies: []string{"help.example"}}
	all := examine(t, "lakeside.example MX 1 a.example\na.example A 192.0.2.1", doctor.Patient{Senders: []doctor.Sender{s}})
	wants(t, all, "MX", doctor.Fail, "bounces.example", "help.example", "reply_to")
}

// TestLongRecordsComeOverTCP: a key of 4096 bits does not fit into a datagram
// beside others.
func TestLongRecordsComeOverTCP(t *testing.T) {
	zone := healthy
	for range 9 {
		zone += "lakeside.example TXT " + strings.Repeat("x", 250) + "\n"
	}
	wants(t, examine(t, zone, doctor.Patient{Senders: []doctor.Sender{sender("lakeside.example")}}), "SPF", doctor.OK)
}

func patientOf(t *testing.T, s *smtptest.Server, raw string, senders ...doctor.Sender) doctor.Patient {
	t.Helper()
	config, err := mail.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	o := mail.Options{Timeout: 5 * time.Second}
	if s != nil {
		o.RootCAs = s.RootCAs()
	}
	return doctor.Patient{Senders: senders, Server: doctor.Server{Config: config, Transport: mail.New(config, o)}}
}

func with(url, user string) string { return strings.Replace(url, "smtp://", "smtp://"+user+"@", 1) }

func TestMailServer(t *testing.T) {
	lakeside := sender("lakeside.example")
	t.Run("well", func(t *testing.T) {
		s := smtptest.Start(t, smtptest.Options{StartTLS: true, Users: map[string]string{"u": "secret"}})
		all := examine(t, healthy, patientOf(t, s, with(s.URL(), "u:secret"), lakeside), at(time.Now()))
		wants(t, all, "login", doctor.OK, "takes user and password")
		wants(t, all, "sender", doctor.OK, "may be used")
		wants(t, all, "encryption", doctor.OK, "TLS 1.3")
		if s.Count() != 0 {
			t.Errorf("%d mails were sent", s.Count())
		}
	})
	t.Run("wrong password", func(t *testing.T) {
		s := smtptest.Start(t, smtptest.Options{StartTLS: true, Users: map[string]string{"u": "secret"}})
		wants(t, examine(t, healthy, patientOf(t, s, with(s.URL(), "u:hunter2"), lakeside)), "login", doctor.Fail, "the login was refused", "INTURN_SMTP_URL")
	})
	t.Run("certificate of somebody else", func(t *testing.T) {
		s := smtptest.Start(t, smtptest.Options{StartTLS: true})
		wants(t, examine(t, healthy, patientOf(t, nil, s.URL(), lakeside)), "login", doctor.Fail, "certificate is not good")
		s = smtptest.Start(t, smtptest.Options{Implicit: true})
		wants(t, examine(t, healthy, patientOf(t, nil, s.URL(), lakeside)), "login", doctor.Fail, "certificate is not good")
	})
	t.Run("no STARTTLS", func(t *testing.T) {
		s := smtptest.Start(t, smtptest.Options{})
		wants(t, examine(t, healthy, patientOf(t, s, strings.Replace(s.URL(), "none", "starttls", 1), lakeside)), "login", doctor.Fail, "STARTTLS")
	})
	t.Run("nobody there", func(t *testing.T) {
		s := smtptest.Start(t, smtptest.Options{})
		s.Close()
		wants(t, examine(t, healthy, patientOf(t, s, s.URL(), lakeside)), "login", doctor.Fail, "no connection", "firewall")
	})
	t.Run("no such host", func(t *testing.T) {
		wants(t, examine(t, healthy, patientOf(t, nil, "smtp://nobody.invalid?tls=none", lakeside)), "login", doctor.Fail)
	})
	t.Run("sender refused", func(t *testing.T) {
		s := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment) smtptest.Reply {
			switch {
			case m.Stage == smtptest.MAIL && strings.Contains(m.Line, "lakeside"):
				return smtptest.Say("550 5.7.1 tickets@lakeside.example is not yours")
			case m.Stage == smtptest.MAIL && strings.Contains(m.Line, "slow"):
				return smtptest.Say("451 4.7.1 come back")
			}
			return smtptest.Reply{}
		}})
		all := examine(t, healthy, patientOf(t, s, s.URL(), lakeside, sender("slow.example"), sender("fine.example")))
		wants(t, all, "sender", doctor.Fail, "[address] is not yours", "451 4.7.1", "may be used")
		wants(t, all, "encryption", doctor.OK, "on this very machine")
	})
	t.Run("hangs up in the middle", func(t *testing.T) {
		s := smtptest.Start(t, smtptest.Options{Script: smtptest.At(smtptest.MAIL, smtptest.Reply{Hangup: true})})
		all := examine(t, healthy, patientOf(t, s, s.URL(), lakeside, sender("a.example"), sender("b.example")))
		wants(t, all, "sender", doctor.Warn, "no clear answer", "before 2 senders were asked about")
	})
	t.Run("certificate that ends soon", func(t *testing.T) {
		s := smtptest.Start(t, smtptest.Options{Implicit: true})
		probe, err := patientOf(t, s, s.URL()).Server.Transport.Probe(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		p := patientOf(t, s, s.URL(), lakeside)
		wants(t, examine(t, healthy, p, at(probe.Expires.Add(-10*24*time.Hour))), "encryption", doctor.Warn, "good for 10 more days")
		wants(t, examine(t, healthy, p, at(probe.Expires.Add(-2*24*time.Hour))), "encryption", doctor.Fail, "good for 2 more days")
	})
	t.Run("none is set", func(t *testing.T) {
		wants(t, examine(t, healthy, doctor.Patient{}), "server", doctor.Warn, "leaves nowhere")
	})
}

func at(now time.Time) func(*doctor.Options) {
	return func(o *doctor.Options) { o.Clock = func() time.Time { return now } }
}

func TestSendTo(t *testing.T) {
	s := smtptest.Start(t, smtptest.Options{})
	p := patientOf(t, s, s.URL(), sender("lakeside.example"))
	p.Server.SendTo = "operator@fans.example"
	wants(t, examine(t, healthy, p), "test mail", doctor.OK, "dkim=pass")
	mails, err := s.Wait(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if l := mails[0].Letter(t); l.To != "operator@fans.example" || l.From != "tickets@lakeside.example" || !strings.Contains(l.Text, "Authentication-Results") {
		t.Errorf("%+v", l)
	}
	refusing := smtptest.Start(t, smtptest.Options{Script: smtptest.At(smtptest.RCPT, smtptest.Say("550 5.1.1 no such user"))})
	p = patientOf(t, refusing, refusing.URL(), sender("lakeside.example"))
	p.Server.SendTo = "operator@fans.example"
	wants(t, examine(t, healthy, p), "test mail", doctor.Fail, "5.1.1")
}
