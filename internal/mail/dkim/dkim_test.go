package dkim_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	msgauth "github.com/emersion/go-msgauth/dkim"

	"github.com/inturn/inturn/internal/mail/dkim"
	"github.com/inturn/inturn/internal/mail/dkim/dkimtest"
	"github.com/inturn/inturn/internal/sale"
)

func makeKey(t *testing.T, selector string, a dkim.Algorithm) dkim.Key {
	t.Helper()
	k, err := dkim.Make(dkim.Ref{Selector: selector, Path: filepath.Join(t.TempDir(), "keys", selector+".pem")}, a, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

const letter = "From: Lakeside <tickets@lakeside.example>\r\nTo: <ann@fans.example>\r\nSubject: Your\r\n turn\r\n" +
	"List-Unsubscribe: <https://line.example/x>\r\nX-Twice: one\r\nX-Twice: two\r\n\r\n. Hello \t there \r\n\r\n ..\r\n\r\n\r\n"

// TestTwoVerifiersAgree: go-msgauth, which signs, and the one of dkimtest.
func TestTwoVerifiersAgree(t *testing.T) {
	keys := []dkim.Key{makeKey(t, "r1", dkim.RSA), makeKey(t, "e1.2027", dkim.Ed25519)}
	dns := dkimtest.DNS{}
	for _, k := range keys {
		r := k.Record("lakeside.example")
		dns[r.Name] = r.Value
	}
	values, err := dkim.NewSigner(keys, "").Sign([]byte(letter), "Lakeside.Example")
	if err != nil || len(values) != 2 {
		t.Fatal(values, err)
	}
	raw := dkim.Field + ": " + values[0] + "\r\n" + dkim.Field + ": " + values[1] + "\r\n" + letter
	ours, err := dkimtest.Verify([]byte(raw), dns)
	if err != nil || len(ours) != 2 {
		t.Fatal(ours, err)
	}
	theirs, err := msgauth.VerifyWithOptions(strings.NewReader(raw), &msgauth.VerifyOptions{
		LookupTXT: func(name string) ([]string, error) { return []string{dns[name]}, nil },
	})
	if err != nil || len(theirs) != 2 {
		t.Fatal(theirs, err)
	}
	for i, want := range []string{"rsa-sha256", "ed25519-sha256"} {
		if ours[i].Err != nil || theirs[i].Err != nil || ours[i].Algorithm != want || ours[i].Domain != "lakeside.example" {
			t.Errorf("%+v, %+v", ours[i], theirs[i])
		}
	}
	want := strings.Fields("From To Subject List-Unsubscribe X-Twice X-Twice From To Cc Subject Date Message-ID Reply-To MIME-Version Content-Type List-Unsubscribe")
	if !slices.Equal(ours[0].Fields, want) {
		t.Errorf("h=%v\nwant %v", ours[0].Fields, want)
	}
	if strings.Contains(values[0], "l=") || strings.Contains(values[0], " x=") || !strings.Contains(values[0], " t=") {
		t.Errorf("%s", values[0])
	}
}

// TestVectorOfTheRFC keeps the verifier of dkimtest honest: RFC 8463, appendix
// A, signed by neither of us, with c=relaxed/relaxed throughout.
func TestVectorOfTheRFC(t *testing.T) {
	raw, err := os.ReadFile("testdata/rfc8463.eml")
	if err != nil {
		t.Fatal(err)
	}
	raw = bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n"))
	dns := dkimtest.DNS{
		"brisbane._domainkey.football.example.com": "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
		"test._domainkey.football.example.com":     "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB",
	}
	got, err := dkimtest.Verify(raw, dns)
	if err != nil || len(got) != 2 {
		t.Fatal(got, err)
	}
	for _, s := range got {
		if s.Err != nil {
			t.Errorf("%+v", s)
		}
	}
	spoilt := bytes.Replace(raw, []byte("dinner"), []byte("supper"), 1)
	for _, s := range must(dkimtest.Verify(spoilt, dns)) {
		if s.Err == nil {
			t.Errorf("spoilt, and good: %+v", s)
		}
	}
}

func must(s []dkimtest.Signature, _ error) []dkimtest.Signature { return s }

func TestDomainOfTheSettingWins(t *testing.T) {
	k := makeKey(t, "e1", dkim.Ed25519)
	values, err := dkim.NewSigner([]dkim.Key{k}, "mail.lakeside.example").Sign([]byte(letter), "lakeside.example")
	if err != nil || !strings.Contains(values[0], "d=mail.lakeside.example;") {
		t.Error(values, err)
	}
	if dkim.NewSigner(nil, "") != nil {
		t.Error("a signer without keys")
	}
}

func TestWhatIsNotAMailIsNotSigned(t *testing.T) {
	s := dkim.NewSigner([]dkim.Key{makeKey(t, "e1", dkim.Ed25519)}, "")
	for _, raw := range []string{"", "From: a@b.example\r\n", "no name\r\n\r\nbody"} {
		if values, err := s.Sign([]byte(raw), "b.example"); err == nil {
			t.Errorf("%q was signed: %s", raw, values)
		}
	}
}

func TestRecords(t *testing.T) {
	ed, r := makeKey(t, "e1", dkim.Ed25519).Record("lakeside.example"), makeKey(t, "r1", dkim.RSA).Record("lakeside.example")
	if ed.Name != "e1._domainkey.lakeside.example" || !strings.HasPrefix(ed.Value, "v=DKIM1; k=ed25519; p=") || len(ed.Value) != 22+44 {
		t.Errorf("%+v", ed)
	}
	zone := r.Zone()
	if !strings.HasPrefix(zone, `r1._domainkey.lakeside.example. IN TXT ( "v=DKIM1; k=rsa; p=MIIBIjAN`) || strings.Count(zone, `"`) != 4 {
		t.Errorf("%s", zone)
	}
	joined := ""
	for i, part := range strings.Split(zone, `"`) {
		if i%2 == 1 {
			joined += part
			if len(part) > 255 {
				t.Errorf("a string of %d bytes", len(part))
			}
		}
	}
	if joined != r.Value {
		t.Errorf("cut up it says %s", joined)
	}
}

func TestMadeKeysAreNotReplaced(t *testing.T) {
	ref := dkim.Ref{Selector: "e1", Path: filepath.Join(t.TempDir(), "e1.pem")}
	first, err := dkim.Make(ref, dkim.Ed25519, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dkim.Make(ref, dkim.Ed25519, rand.Reader); sale.CodeOf(err) != sale.CodeInvalid {
		t.Errorf("%v", err)
	}
	if again, err := dkim.Load(ref); err != nil || again.Public() != first.Public() {
		t.Errorf("%v", err)
	}
	if info, err := os.Stat(ref.Path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if _, err := dkim.Make(dkim.Ref{Path: ref.Path + "2"}, "dsa", rand.Reader); sale.CodeOf(err) != sale.CodeInvalid {
		t.Errorf("%v", err)
	}
}

// TestKeyFiles: what is wrong with a file is said, and nothing that is in it.
func TestKeyFiles(t *testing.T) {
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	good, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec, _ := x509.MarshalPKCS8PrivateKey(curve)
	public, _ := x509.MarshalPKIXPublicKey(&good.PublicKey)
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	pkcs1 := block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(good))
	for name, c := range map[string]struct {
		text string
		mode os.FileMode
		want string
	}{
		"PKCS#1":            {pkcs1, 0o600, ""},
		"for the group":     {pkcs1, 0o440, ""},
		"for everybody":     {pkcs1, 0o644, "mode 0644"},
		"group may write":   {pkcs1, 0o660, "mode 0660"},
		"small":             {block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(small)), 0o600, "1024 bits"},
		"curve":             {block("PRIVATE KEY", ec), 0o600, "neither RSA nor Ed25519"},
		"public":            {block("PUBLIC KEY", public), 0o600, "a PUBLIC KEY and not a PRIVATE KEY"},
		"with a passphrase": {block("ENCRYPTED PRIVATE KEY", ec), 0o600, "passphrase"},
		"old passphrase":    {strings.Replace(pkcs1, "KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n", 1), 0o600, "passphrase"},
		"cut off":           {block("PRIVATE KEY", ec[:40]), 0o600, "damaged"},
		"odd type":          {block("\x1b[31m KEY", ec), 0o600, "something else"},
		"not PEM":           {"secret-secret", 0o600, "no PEM"},
		"empty":             {"", 0o600, "no PEM"},
	} {
		path := filepath.Join(t.TempDir(), "key.pem")
		if err := os.WriteFile(path, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		_, err := dkim.Load(dkim.Ref{Selector: "s", Path: path})
		if runtime.GOOS == "windows" && strings.HasPrefix(c.want, "mode") {
			continue
		}
		if (err == nil) != (c.want == "") || err != nil && (!strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret-secret")) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := dkim.LoadAll([]dkim.Ref{{"a", "/nowhere/a"}, {"b", t.TempDir()}}); err == nil || !strings.Contains(err.Error(), "selector a") || !strings.Contains(err.Error(), "not a file") {
		t.Errorf("%v", err)
	}
}

func TestParseRefs(t *testing.T) {
	refs, err := dkim.ParseRefs(" r2027:/etc/inturn/r.pem, e.2027:keys/e.pem ,")
	want := []dkim.Ref{{"r2027", "/etc/inturn/r.pem"}, {"e.2027", "keys/e.pem"}}
	if err != nil || !slices.Equal(refs, want) || refs[1].String() != "e.2027:keys/e.pem" {
		t.Errorf("%v %v", refs, err)
	}
	for _, wrong := range []string{"/etc/key.pem", "s:", ":path", "a b:p", "-a:p", "a-:p", "a..b:p", "ä:p", "a:p,A:q", "a:p,b:p,c:p,d:p,e:p", "a\r\nb:p", "a;b:p"} {
		if refs, err := dkim.ParseRefs(wrong); sale.CodeOf(err) != sale.CodeInvalid {
			t.Errorf("%q: %v %v", wrong, refs, err)
		}
	}
	for text, want := range map[string]string{"Lakeside.Example.": "lakeside.example", "bücher.example": "xn--bcher-kva.example", "localhost": "", "a b.example": "", "": "", "a.example;x": ""} {
		if got, err := dkim.Domain(text); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q %v", text, got, err)
		}
	}
}
