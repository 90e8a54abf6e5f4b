package salefile_test

import (
	"encoding/base64"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/salefile"
)

const smallLogo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 3"><path d="M0 0h9v3z"/></svg>`

// branded is the smallest file with a brand.
func branded(t *testing.T, brand string) []byte {
	return append(read(t, "small.yaml"), "\nbrand: "+brand+"\n"...)
}

func TestParseBrand(t *testing.T) {
	beside := fstest.MapFS{"logo.svg": {Data: []byte(smallLogo)}, "art/logo.svg": {Data: []byte(smallLogo)}}
	inline := "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(smallLogo))
	for _, name := range []string{"logo.svg", "./logo.svg", "art/logo.svg", "art/../logo.svg", inline} {
		f, err := salefile.Read(branded(t, `{accent: "#0F6B5C", logo: "`+name+`"}`), beside, everyOK)
		if err != nil {
			t.Fatal(tell(err))
		}
		s := f.Sale
		if s.Brand.Accent != "#0f6b5c" || s.Brand.AccentDark != "" || s.Brand.Logo == nil || string(s.Brand.Logo.Data) != smallLogo {
			t.Errorf("%s: %+v", name, s.Brand)
		}
		back, err := salefile.Parse(salefile.Format(s), everyOK)
		if err != nil {
			t.Fatal(tell(err))
		}
		if diff := cmp.Diff(s, back); diff != "" {
			t.Errorf("-written +read\n%s", diff)
		}
	}
}

func TestParseBrandMistakes(t *testing.T) {
	beside := fstest.MapFS{"big.svg": {Data: []byte(strings.Repeat("<", sale.MaxLogo+1))}, "bad.svg": {Data: []byte("<svg/>")}, "pipe.svg": {Mode: fs.ModeNamedPipe}}
	for logo, want := range map[string]string{
		"none.svg":                       `"none.svg" cannot be read: file does not exist`,
		"../logo.svg":                    `"../logo.svg" is not a file beside the sale file or in a folder there`,
		"/etc/passwd":                    `"/etc/passwd" is not a file beside the sale file or in a folder there`,
		"big.svg":                        `"big.svg" has 16,385 bytes, but at most 16,384 are possible`,
		"bad.svg":                        `"bad.svg" has "svg", which is not SVG`,
		"pipe.svg":                       `"pipe.svg" cannot be read: it is no plain file`,
		"data:image/png,x":               "is a data: address that cannot be read",
		"data:image/png;base64,%":        "is a data: address that cannot be read",
		"data:text/html;base64,PGI+PC9i": `the picture has "b", which is not SVG`,
	} {
		_, err := salefile.Read(branded(t, `{logo: "`+logo+`"}`), beside, everyOK)
		if got := tell(err); !strings.Contains(got, "brand.logo: "+want) {
			t.Errorf("%s: %s", logo, got)
		}
	}
}

// TestParseEveryField reads the commented example as an organizer has it,
// with its logo beside it.
func TestParseEveryField(t *testing.T) {
	data := strings.Replace(string(read(t, "lakeside-2027.yaml")), "  # logo:", "  logo:", 1)
	f, err := salefile.Read([]byte(data), os.DirFS(fixtures), everyOK)
	if err != nil {
		t.Fatal(tell(err))
	}
	s := f.Sale
	if s.Brand.Logo == nil || s.Brand.Logo.String() != "svg, 148 × 40, 389 bytes, "+s.Brand.Logo.Hash || len(s.Embed.Origins) != 2 {
		t.Errorf("%v, %v", s.Brand.Logo, s.Embed)
	}
}
