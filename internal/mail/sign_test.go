package mail_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	msgauth "github.com/emersion/go-msgauth/dkim"

	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/mail/dkim"
	"github.com/inturn/inturn/internal/mail/dkim/dkimtest"
	"github.com/inturn/inturn/internal/mail/smtptest"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

const domain = "xn--seebhne-q2a.example"

// keyring is a way to sign: its name, its keys and what the DNS has of them.
type keyring struct {
	name string
	keys []dkim.Key
	dns  dkimtest.DNS
}

func keyrings(tb testing.TB) []keyring {
	tb.Helper()
	made := map[dkim.Algorithm]dkim.Key{}
	for _, a := range []dkim.Algorithm{dkim.RSA, dkim.Ed25519} {
		k, err := dkim.Make(dkim.Ref{Selector: string(a) + "-1", Path: filepath.Join(tb.TempDir(), "key.pem")}, a, rand.Reader)
		if err != nil {
			tb.Fatal(err)
		}
		made[a] = k
	}
	all := []keyring{
		{name: "rsa", keys: []dkim.Key{made[dkim.RSA]}},
		{name: "ed25519", keys: []dkim.Key{made[dkim.Ed25519]}},
		{name: "both", keys: []dkim.Key{made[dkim.RSA], made[dkim.Ed25519]}},
	}
	for i := range all {
		all[i].dns = dkimtest.DNS{}
		for _, k := range all[i].keys {
			r := k.Record(domain)
			all[i].dns[r.Name] = r.Value
		}
	}
	return all
}

func (r keyring) connect(tb testing.TB, s *smtptest.Server) *mail.Conn {
	tb.Helper()
	c, err := transport(tb, s, mail.Options{DKIM: dkim.NewSigner(r.keys, "")}).Connect(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(c.Close)
	return c
}

// wants verifies what arrived with two verifiers that share no code.
func (r keyring) wants(t *testing.T, raw []byte) []dkimtest.Signature {
	t.Helper()
	ours, err := dkimtest.Verify(raw, r.dns)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := msgauth.VerifyWithOptions(bytes.NewReader(raw), &msgauth.VerifyOptions{
		LookupTXT: func(name string) ([]string, error) { return []string{r.dns[name]}, nil },
	})
	if err != nil || len(ours) != len(r.keys) || len(theirs) != len(r.keys) {
		t.Fatalf("%d and %d signatures, want %d (%v)", len(ours), len(theirs), len(r.keys), err)
	}
	for i := range ours {
		if ours[i].Err != nil || theirs[i].Err != nil || ours[i].Domain != domain {
			t.Errorf("%s of %s: %v, %v\n%s", ours[i].Algorithm, ours[i].Domain, ours[i].Err, theirs[i].Err, raw)
		}
	}
	return ours
}

// TestEveryTemplateArrivesSigned renders whatever ends in Mail, in every
// language, and looks at what a real server got.
func TestEveryTemplateArrivesSigned(t *testing.T) {
	ts, err := templates.New()
	if err != nil {
		t.Fatal(err)
	}
	s := smtptest.Start(t, smtptest.Options{})
	rendered := everyMail(t, ts)
	if len(rendered) < 4*len(ts.Languages()) {
		t.Fatalf("only %d mails", len(rendered))
	}
	for _, ring := range keyrings(t) {
		c := ring.connect(t, s)
		for name, text := range rendered {
			t.Run(ring.name+"/"+name, func(t *testing.T) {
				m := signable(text)
				if strings.HasPrefix(name, "OrderMail/") {
					m = withCalendar(m)
				}
				if res := c.Send(t.Context(), m); res.Outcome != mail.Accepted {
					t.Fatalf("%+v", res)
				}
				mails := s.Mails()
				taken := mails[len(mails)-1]
				ring.wants(t, taken.Raw)
				if l := taken.Letter(t); l.Subject != m.Subject || strings.TrimSpace(l.Text) != strings.TrimSpace(m.Text) || strings.TrimSpace(l.HTML) != strings.TrimSpace(m.HTML) {
					t.Errorf("arrived as %+v", l)
				}
			})
		}
	}
}

// everyMail calls each method of the templates that renders a mail.
func everyMail(t *testing.T, ts *templates.Templates) map[string]templates.Mail {
	t.Helper()
	all := map[string]templates.Mail{}
	v := reflect.ValueOf(ts)
	for i := range v.NumMethod() {
		name, method := v.Type().Method(i).Name, v.Method(i)
		// Its data is named after it; what only passes such data on is none.
		if method.Type().NumIn() != 2 || method.Type().In(1).Name() != name || method.Type().Out(0) != reflect.TypeFor[templates.Mail]() {
			continue
		}
		for _, lang := range ts.Languages() {
			data := reflect.New(method.Type().In(1)).Elem()
			fill(data)
			out := method.Call([]reflect.Value{reflect.ValueOf(lang), data})
			if err, _ := out[1].Interface().(error); err != nil {
				t.Fatalf("%s in %s: %v", name, lang, err)
			}
			all[name+"/"+lang], _ = out[0].Interface().(templates.Mail)
		}
	}
	return all
}

// fill gives a mail's data something to show in every field.
func fill(v reflect.Value) {
	noon := time.Date(2027, 3, 12, 12, 0, 0, 0, time.UTC)
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(noon))
		return
	case sale.Sale:
		v.Set(reflect.ValueOf(someSale(noon)))
		return
	case sale.Order:
		v.Set(reflect.ValueOf(sale.Order{
			Code: "K7QM-3XPA", Ref: "ref", Sale: "lakeside", State: sale.OrderConfirmed, Payment: sale.PaymentOnSite, Currency: "CHF", Total: 8500, At: noon,
			Tickets: []sale.Ticket{{Code: "T-1", Type: "fri", Title: sale.Text{"en": "Friday – “früh”"}, Price: 8500}},
		}))
		return
	case sale.Class:
		v.Set(reflect.ValueOf(sale.Guaranteed))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.String:
		v.SetString("https://line.example/lakeside/" + strings.Repeat("x", 200))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(time.Hour)) // a life, or a large number
		if v.Type() != reflect.TypeFor[time.Duration]() {
			v.SetInt(1200)
		}
	case reflect.Bool:
		v.SetBool(true)
	default: // a list that is empty, words that are not there
	}
}

func someSale(noon time.Time) sale.Sale {
	return sale.Sale{
		Slug: "lakeside", Version: 1, Timezone: "Europe/Zurich", Languages: []string{"en", "de", "fr", "nl"}, Currency: "CHF",
		Title:        sale.Text{"en": "Lakeside <Festival> & Zürich's “Früh”", "de": "Seefestival „Früh“ für Ärzte", "fr": "Festival du Lac à l’été", "nl": "Meerfeest één"},
		Organizer:    sale.Organizer{Name: "Seebühne Käse GmbH", Imprint: "https://lakeside.example/i"},
		Registration: sale.Registration{Opens: noon.Add(-2 * time.Hour), Closes: noon.Add(time.Hour)},
		Tickets:      sale.Tickets{MaxPerFan: 4, Capacity: 10, Types: []sale.TicketType{{ID: "fri", Title: sale.Text{"en": "Friday"}, Stock: 10, Price: 8500}}},
		Caps:         sale.Caps{Guaranteed: 2, Standby: 2},
		Dispatch:     sale.Dispatch{Starts: noon, Ends: noon.Add(24 * time.Hour), Every: "@every 1m", Batch: 1, LinkLife: time.Hour},
		Payment:      sale.PaymentOnSite,
		Mail: sale.MailSettings{
			From: "Seebühne Käse <tickets@seebühne.example>", Receipt: true,
			Alternatives: sale.Text{"en": ".\n..\n. A line that begins with a dot\n" + strings.Repeat("long ", 500)},
		},
	}
}

// signable is a rendered mail with everything that a mail of ours may have
// around it.
func signable(text templates.Mail) mail.Message {
	return mail.Message{
		From: "Seebühne Käse – “Tickets” <tickets@seebühne.example>", ReplyTo: "Hilfe für Ähnliches <help@seebühne.example>", To: "ann@fans.example",
		Subject: text.Subject, Text: text.Text, HTML: text.HTML, Lang: text.Lang,
		MessageID: "offer.abc@seebühne.example", Envelope: "bounces+tag@elsewhere.example", Date: time.Date(2027, 3, 12, 12, 0, 0, 0, time.UTC),
		Headers: map[string]string{
			"X-Inturn-Offer":        "abc123",
			"List-Unsubscribe":      "<https://line.example/lakeside/place/" + strings.Repeat("r", 120) + "/withdraw>, <mailto:leave@lakeside.example?subject=x>",
			"List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		},
	}
}

// withCalendar is m with a file, which makes it a mail of three parts in two
// wrappings.
func withCalendar(m mail.Message) mail.Message {
	m.Attachments = []mail.Attachment{{Name: "event.ics", Type: "text/calendar; charset=utf-8; method=PUBLISH", Data: []byte("BEGIN:VCALENDAR\r\nSUMMARY:Früh\r\n.\r\nEND:VCALENDAR\r\n")}}
	return m
}

// hardMails are texts that canonicalisation, dot-stuffing and encodings could
// stumble over.
func hardMails() map[string]templates.Mail {
	return map[string]templates.Mail{
		"dots":           {Subject: "dots", Text: ".\n..\n.\n\n.x\n\n\n", HTML: "<p>.</p>\n.\n..\n"},
		"long lines":     {Subject: strings.Repeat("very long ", 60), Text: strings.Repeat("x", 5000) + "\n", HTML: "<p>" + strings.Repeat("y", 5000)},
		"beyond ASCII":   {Subject: strings.Repeat("Grüße 🎟️ ", 20), Text: strings.Repeat("äöü – “日本” 🎟️ ", 300), HTML: "<p>" + strings.Repeat("é", 2000)},
		"spaces":         {Subject: "  two  spaces \t and a tab's width ", Text: "trailing \t \n\t\n \n  x  \n\n\n\n", HTML: " \n\n<p>  \n "},
		"one part":       {Subject: "text only", Text: "Hello"},
		"empty lines":    {Subject: "", Text: "\n\n\n", HTML: "\n"},
		"carriages":      {Subject: "cr", Text: "one\r\ntwo\rthree\nfour\r\n", HTML: "<p>\r\n\r\r\n"},
		"looks like us":  {Subject: "DKIM-Signature: v=1", Text: "DKIM-Signature: v=1; a=rsa-sha256\nFrom: eve@evil.example\n\n.\n", HTML: "<p>b=;"},
		"unspoilt words": {Subject: strings.Repeat("x", 300), Text: "=20=3D=\n", HTML: "="},
	}
}

func TestHardMailsArriveSigned(t *testing.T) {
	s := smtptest.Start(t, smtptest.Options{})
	for _, ring := range keyrings(t) {
		c := ring.connect(t, s)
		for name, text := range hardMails() {
			t.Run(ring.name+"/"+name, func(t *testing.T) {
				m := signable(text)
				m.Subject = strings.ReplaceAll(m.Subject, "\t", " ")
				if res := c.Send(t.Context(), m); res.Outcome != mail.Accepted {
					t.Fatalf("%+v", res)
				}
				mails := s.Mails()
				ring.wants(t, mails[len(mails)-1].Raw)
			})
		}
	}
}

// covered are the fields that must be in every signature; the first eight of
// them once more than the mail has them.
var covered = []string{
	"From", "To", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version", "Content-Type",
	"List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted", "X-Inturn-Offer", "Content-Language",
}

// TestNothingSignedCanBeChanged changes, takes out and doubles every field and
// changes every line of the body.
func TestNothingSignedCanBeChanged(t *testing.T) {
	s := smtptest.Start(t, smtptest.Options{})
	ring := keyrings(t)[2]
	m := withCalendar(signable(templates.Mail{Subject: "Your tickets – now", Text: "Hello\n\n.\nhttps://checkout.example/c/x\n", HTML: "<p>Hello", Lang: "en"}))
	if res := ring.connect(t, s).Send(t.Context(), m); res.Outcome != mail.Accepted {
		t.Fatalf("%+v", res)
	}
	raw := s.Mails()[0].Raw
	for _, sig := range ring.wants(t, raw) {
		for i, name := range covered {
			n := 0
			for _, f := range sig.Fields {
				if strings.EqualFold(f, name) {
					n++
				}
			}
			if n < 1 || i < 12 && n != 2 {
				t.Errorf("%s is %d times in h=%v", name, n, sig.Fields)
			}
		}
	}
	bad := func(what string, changed []byte) {
		t.Helper()
		if bytes.Equal(changed, raw) {
			t.Errorf("%s: nothing was changed", what)
		}
		got, err := dkimtest.Verify(changed, ring.dns)
		if err != nil || len(got) != 2 {
			t.Errorf("%s: %v %v", what, got, err)
		}
		for _, sig := range got {
			if sig.Err == nil {
				t.Errorf("%s: the %s signature is still good", what, sig.Algorithm)
			}
		}
	}
	top, body, _ := strings.Cut(string(raw), "\r\n\r\n")
	fields := unfold(top)
	for i, f := range fields {
		name, value, _ := strings.Cut(f, ":")
		if strings.EqualFold(name, dkim.Field) {
			continue
		}
		with := func(other ...string) []byte {
			return []byte(strings.Join(slices.Concat(fields[:i], other, fields[i+1:]), "\r\n") + "\r\n\r\n" + body)
		}
		bad(name+" changed", with(name+":"+value+"x"))
		bad(name+" taken out", with())
		if slices.ContainsFunc(covered[:12], func(c string) bool { return strings.EqualFold(c, name) }) {
			bad(name+" doubled above", with(name+": x", f))
			bad(name+" doubled below", with(f, name+": x"))
		}
	}
	bad("Cc added", []byte(top+"\r\nCc: <eve@evil.example>\r\n\r\n"+body))
	lines := strings.Split(body, "\r\n")
	for i, line := range lines {
		if line == "" {
			continue
		}
		changed := slices.Clone(lines)
		changed[i] = line + "x"
		bad(fmt.Sprintf("line %d of the body", i), []byte(top+"\r\n\r\n"+strings.Join(changed, "\r\n")))
	}
	bad("something appended", append(slices.Clone(raw), "more\r\n"...))
}

// unfold splits a header into fields, folded lines kept with theirs.
func unfold(top string) []string {
	var fields []string
	for line := range strings.SplitSeq(top, "\r\n") {
		if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
			fields[len(fields)-1] += "\r\n" + line
			continue
		}
		fields = append(fields, line)
	}
	return fields
}

// A relay may fold anew and trim.
func TestHarmlessChangesAreForgiven(t *testing.T) {
	s := smtptest.Start(t, smtptest.Options{})
	ring := keyrings(t)[2]
	m := signable(templates.Mail{Subject: "One two three", Text: "Hello\n", HTML: "<p>Hello"})
	ring.connect(t, s).Send(t.Context(), m)
	raw := string(s.Mails()[0].Raw)
	raw = strings.Replace(raw, "Subject: One two", "subject:  One\r\n\t two ", 1)
	ring.wants(t, []byte("Received: from us\r\n"+raw+"\r\n\r\n"))
}

func TestUnsignedWithoutKeys(t *testing.T) {
	s := smtptest.Start(t, smtptest.Options{})
	connect(t, s).Send(t.Context(), message())
	if got, err := dkimtest.Verify(s.Mails()[0].Raw, nil); err != nil || len(got) != 0 {
		t.Error(got, err)
	}
}

// What handing over costs with signatures, on one connection to loopback.
func BenchmarkSendSigned(b *testing.B) {
	rings := append([]keyring{{name: "none"}}, keyrings(b)...)
	for _, ring := range rings {
		b.Run(ring.name, func(b *testing.B) {
			s := smtptest.Start(b, smtptest.Options{Discard: true})
			c := ring.connect(b, s)
			m := signable(templates.Mail{Subject: "It is your turn", Text: message().Text, HTML: strings.Repeat("<p>Hello</p>\n", 400), Lang: "en"})
			for b.Loop() {
				if res := c.Send(b.Context(), m); res.Outcome != mail.Accepted {
					b.Fatalf("%+v", res)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
		})
	}
}
