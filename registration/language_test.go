package registration

import "testing"

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
