package registration

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/line"
)

// multilingual makes the sale's languages known ones.
func multilingual(t *testing.T, langs ...string) *world {
	t.Helper()
	w := newWorld(t, nil)
	w.fake.set(func(f *fakeLine) { f.state.Sale.Languages = langs })
	w.reread()
	return w
}

// TestReasonsInTheFansLanguage: what is wrong with an address is said in the
// language of the form; programs get it in English.
func TestReasonsInTheFansLanguage(t *testing.T) {
	w := multilingual(t, "en", "de", "nl", "fr")
	for lang, want := range map[string]string{
		"en": "Please check the address. An e-mail address has an “@” in it",
		"nl": "even na. In een e-mailadres staat een @",
		"de": "Bitte prüfen Sie die Adresse. In einer E-Mail-Adresse steht ein @",
		"fr": "Veuillez vérifier l’adresse. Une adresse e-mail contient un @",
	} {
		w.do("POST", "/lakeside-2027", "email=fan&lang="+lang).wants(t, 422, want, `lang="`+lang+`"`)
		w.do("POST", "/lakeside-2027", "email=fan&lang="+lang, asJSON...).wants(t, 422, "An e-mail address has an “@” in it")
	}
}

// TestSignUpKeepsTheLanguage: mails are written in the language of the form,
// else in the one that the browser wants most among those of the sale, else
// in the sale's first.
func TestSignUpKeepsTheLanguage(t *testing.T) {
	w := multilingual(t, "fr", "nl")
	for i, c := range []struct{ form, accept, want string }{
		{"nl", "fr", "nl"},
		{"", "nl-BE, fr;q=0.8", "nl"},
		{"en", "de, nl;q=0.2", "nl"},
		{"", "en, de", "fr"},
		{"%00", "", "fr"},
	} {
		w.fake.set(func(f *fakeLine) { clear(f.places) })
		w.do("POST", "/lakeside-2027", "email=fan@example.org&lang="+c.form, "Accept-Language", c.accept).wants(t, 303)
		if got := w.fake.places[1].Lang; got != c.want {
			t.Errorf("%d: lang %q and Accept-Language %q are stored as %q, want %q", i, c.form, c.accept, got, c.want)
		}
	}
}

// TestMailsInTheLanguageChosenLast: looking at a place in another language
// changes nothing; a button there has the mails written in it.
func TestMailsInTheLanguageChosenLast(t *testing.T) {
	w := multilingual(t, "en", "de")
	path := w.atPlace(line.Place{Waiting: true, Registration: line.Registration{Lang: "en"}})
	w.get(path).wants(t, 200, `<span class="quiet" lang="en">English</span>`, "not", path+"/language")
	w.get(path+"?lang=de").wants(t, 200, `action="`+path+`/language?lang=de"`, "Mails auf Deutsch erhalten", "English</span>")
	if len(w.fake.moved) != 0 {
		t.Errorf("looking did %v", w.fake.moved)
	}
	if a := w.do("POST", path+"/language?lang=de", "lang=de"); a.status != 303 || a.header.Get("Location") != path+"?lang=de" {
		t.Errorf("%d to %s", a.status, a.header.Get("Location"))
	}
	w.do("POST", path+"/language", "lang=de", asJSON...).wants(t, 204)
	w.do("POST", path+"/language", "lang=fr").wants(t, 422)
	w.do("POST", path+"/language", "").wants(t, 422)
	w.do("POST", "/lakeside-2027/place/nonsense/language", "lang=de").wants(t, 404)
	if diff := cmp.Diff([]string{"language de lakeside-2027 7", "language de lakeside-2027 7"}, w.fake.moved); diff != "" {
		t.Error(diff)
	}
}

// TestEveryPageSaysItsLanguage: to programs in a header, to search engines by
// the addresses of the others. One address is one language, so that it can be
// cached; an address that is negotiated says by what.
func TestEveryPageSaysItsLanguage(t *testing.T) {
	w := multilingual(t, "nl", "de") // no English
	for path, want := range map[string]string{
		"/lakeside-2027/nl": "nl", "/lakeside-2027/de": "de",
		"/":                                  "fr", // the list is in every language there is
		"/nothing/here/at/all":               "fr",
		w.atPlace(line.Place{}):              "nl",
		w.atPlace(line.Place{}) + "?lang=de": "de",
	} {
		a := w.get(path, "Accept-Language", "fr-CH, nl;q=0.5", "Accept", "text/html")
		negotiated := a.header.Get("Vary") == "Accept, Accept-Language"
		if a.header.Get("Content-Language") != want || negotiated == strings.HasPrefix(a.header.Get("Cache-Control"), "public") {
			t.Errorf("%s: %v", path, a.header)
		}
		a.wants(t, a.status, `<html lang="`+want+`"`)
	}
	w.get("/lakeside-2027/en").wants(t, 404)
	w.get("/lakeside-2027/nl").wants(t, 200,
		`<link rel="canonical" href="http://line.example/lakeside-2027/nl">`,
		`<link rel="alternate" hreflang="nl" href="http://line.example/lakeside-2027/nl">`,
		`<link rel="alternate" hreflang="de" href="http://line.example/lakeside-2027/de">`,
		`<link rel="alternate" hreflang="x-default" href="http://line.example/lakeside-2027">`,
		"not", `hreflang="en"`)
	if a := w.get("/lakeside-2027", "Accept-Language", "en"); a.header.Get("Location") != "/lakeside-2027/nl" {
		t.Errorf("who wants English is sent to %s", a.header.Get("Location"))
	}
}
