package templates

import (
	"bytes"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/inturn/inturn/internal/sale"
)

// withLocales is the embedded message files and some more: path → content.
func withLocales(t *testing.T, more map[string]string) fs.FS {
	t.Helper()
	all := fstest.MapFS{}
	err := fs.WalkDir(files, "locales", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, name)
		all[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range more {
		all[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return all
}

func italian(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("testdata/locales/it.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{"locales/it.yaml": string(text)}
}

// TestOneFileIsALanguage adds a fifth language as one file, and nothing else:
// it is negotiated, offered by its own name, and every page and mail can be
// had in it, with its dates and numbers; what it lacks is in English.
func TestOneFileIsALanguage(t *testing.T) {
	ts, err := load(withLocales(t, italian(t)))
	if err != nil {
		t.Fatal(err)
	}
	if got := ts.Language("it-CH, de;q=0.5"); got != "it" {
		t.Errorf("a reader of Italian is shown %q", got)
	}
	for _, s := range samples() {
		t.Run(s.page+"/"+s.what, func(t *testing.T) {
			var b bytes.Buffer
			if err := s.render(ts, &b, "it"); err != nil {
				t.Fatal(err)
			}
			checkPage(t, b.String(), "it")
		})
	}

	d := LandingPage{Frame: sampleFrame("it"), Notice: NoticeGuaranteed, Action: "/lakeside-2027"}
	d.Languages = []Alternate{{"en", "/lakeside-2027/en"}, {"it", "/lakeside-2027/it"}}
	var b bytes.Buffer
	if err := ts.LandingPage(&b, d); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`lang="it"`, ">Italiano</a>", ">English</a>", "Lascia il tuo indirizzo e-mail", "Note legali",
		"venerdì 12 marzo 2027 alle ore 12:00 CET", "1 ora", "How it works",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the Italian page lacks %q", want)
		}
	}
	m, err := ts.OfferMail("it", OfferMail{Sale: *sampleSale(), Most: 4, Ends: noon, Life: 3600e9})
	if err != nil {
		t.Fatal(err)
	}
	if want := "Tocca a te: biglietti per Lakeside <Festival> 2027, fino alle 12:00 CET"; m.Subject != want || m.Lang != "it" {
		t.Errorf("subject %q in %q, want %q", m.Subject, m.Lang, want)
	}
}

// TestRegionalLanguage shows that a region is a language of its own, which
// needs to say only what it says differently.
func TestRegionalLanguage(t *testing.T) {
	ts, err := load(withLocales(t, map[string]string{"locales/de-CH.yaml": "language: Deutsch (Schweiz)\nframe: {terms: Bedingungen}\n"}))
	if err != nil {
		t.Fatal(err)
	}
	funcs := ts.funcs("de-CH")
	text := funcs["t"].(func(string, ...any) (string, error))
	for key, want := range map[string]string{"frame.terms": "Bedingungen", "frame.skip": "Zum Inhalt"} {
		if got, err := text(key); err != nil || got != want {
			t.Errorf("%s = %q, %v, want %q", key, got, err, want)
		}
	}
	if got := funcs["number"].(func(int) string)(2500); got != "2’500" {
		t.Errorf("number %q", got)
	}
	if got, err := funcs["money"].(func(int64, string) (string, error))(250000, "CHF"); err != nil || got != "CHF\u00a02'500.00" {
		t.Errorf("money %q, %v", got, err)
	}
	if got, want := ts.Languages(), []string{"en", "de", "de-CH", "fr", "nl"}; !slices.Equal(got, want) {
		t.Errorf("languages %q, want %q", got, want)
	}
	if got := ts.LanguageOf([]string{"de", "fr"}, "de-CH"); got != "de" {
		t.Errorf("a Swiss reader of a German sale is shown %q", got)
	}
}

// TestBrokenLocales shows that a mistake in a message file is found at start
// and named with its file.
func TestBrokenLocales(t *testing.T) {
	for name, c := range map[string]struct{ file, text, want string }{
		"not a language":     {"locales/klingon!.yaml", "language: x", "locales/klingon!.yaml"},
		"not the short form": {"locales/deu.yaml", "language: x", "shortest form"},
		"unknown to cldr.go": {"locales/tlh.yaml", "language: x", "cldr.go"},
		"twice":              {"locales/de.yaml", "frame: {skip: x}", "frame.skip stands in locales/de"},
		"not yaml":           {"locales/it.yaml", "a: [", "locales/it.yaml"},
		"a broken template":  {"locales/it.yaml", `frame: {skip: "{{.Count"}`, "frame.skip"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := load(withLocales(t, map[string]string{c.file: c.text})); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one that says %q", err, c.want)
			}
		})
	}
}

// TestSaleWithoutEnglish shows that a sale can leave English out.
func TestSaleWithoutEnglish(t *testing.T) {
	ts := newTemplates(t)
	offered := []string{"nl", "fr"}
	for wanted, want := range map[string]string{"en": "nl", "": "nl", "fr-CH, en;q=0.9": "fr", "de, nl;q=0.1": "nl"} {
		if got := ts.LanguageOf(offered, wanted); got != want {
			t.Errorf("LanguageOf(nl fr, %q) = %q, want %q", wanted, got, want)
		}
	}
	if got, want := ts.LanguagesOf([]string{"xx", "de-CH", "fr-CH", "de-AT"}), []string{"de", "fr"}; !slices.Equal(got, want) {
		t.Errorf("a sale in Swiss languages is shown in %q, want %q", got, want)
	}
	s := sampleSale()
	s.Languages, s.Title = offered, sale.Text{"fr": "Festival du Lac", "nl": "Meerfestival"}
	var b bytes.Buffer
	if err := ts.LandingPage(&b, LandingPage{Frame: Frame{Lang: "nl", Sale: s}, Notice: NoticeGuaranteed}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "<h1>Meerfestival</h1>") || !strings.Contains(b.String(), `<html lang="nl"`) {
		t.Error("the Dutch page does not carry the Dutch title")
	}
}

// TestBind shows where blanks must not break, and that a file may be typed
// with plain ones.
func TestBind(t *testing.T) {
	for in, want := range map[string]string{
		"Déjà dans la file ? Oui !":   "Déjà dans la file\u202f? Oui\u202f!",
		"Total : 5 ; fin":             "Total\u00a0: 5\u202f; fin",
		"le bouton « Voir ma place »": "le bouton «\u00a0Voir ma place\u00a0»",
		"das »Wort« hier":             "das »Wort« hier",
		"Total: 5":                    "Total: 5",
		"{{.Title}} : {{.Count}}":     "{{.Title}}\u00a0: {{.Count}}",
	} {
		if got := bind(in); got != want {
			t.Errorf("bind(%q) = %q, want %q", in, got, want)
		}
		if got := bind(bind(in)); got != want {
			t.Errorf("bind twice (%q) = %q", in, got)
		}
	}
}
