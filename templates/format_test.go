package templates

import (
	"strings"
	"testing"
	"time"
)

// The expectations of the following three tables are what ICU answers
// (Intl in Chromium: NumberFormat, DateTimeFormat with full dates and short
// times), not what our libraries do.

func TestNumbersAndMoney(t *testing.T) {
	type amount struct {
		minor int64
		code  string
	}
	ts := newTemplates(t)
	for lang, want := range map[string]map[any]string{
		"en": {
			0: "0", 999: "999", 2500: "2,500", 1234567: "1,234,567",
			amount{8500, "CHF"}: "CHF~85.00", amount{1234567, "EUR"}: "€12,345.67",
			amount{500, "JPY"}: "¥500", amount{1, "KWD"}: "KWD~0.001", amount{-250, "GBP"}: "-£2.50",
		},
		"nl": {
			0: "0", 999: "999", 2500: "2.500", 1234567: "1.234.567",
			amount{8500, "CHF"}: "CHF~85,00", amount{1234567, "EUR"}: "€~12.345,67",
		},
		"de": {
			0: "0", 999: "999", 2500: "2.500", 1234567: "1.234.567",
			amount{8500, "CHF"}: "85,00~CHF", amount{1234567, "EUR"}: "12.345,67~€",
		},
		"fr": {
			0: "0", 999: "999", 2500: "2^500", 1234567: "1^234^567",
			amount{8500, "CHF"}: "85,00~CHF", amount{1234567, "EUR"}: "12^345,67~€",
		},
	} {
		f := ts.funcs(lang)
		for in, want := range want {
			var got string
			switch in := in.(type) {
			case int:
				got = f["number"].(func(int) string)(in)
			case amount:
				var err error
				if got, err = f["money"].(func(int64, string) (string, error))(in.minor, in.code); err != nil {
					t.Error(err)
				}
			}
			if got = visible(got); got != want {
				t.Errorf("%s: %v = %q, want %q", lang, in, got, want)
			}
		}
	}
}

// visible shows the blanks that do not break: ~, and ^ for the narrow one.
func visible(s string) string { return strings.NewReplacer("\u00a0", "~", "\u202f", "^").Replace(s) }

func TestDuration(t *testing.T) {
	ts := newTemplates(t)
	for d, want := range map[time.Duration][4]string{
		time.Hour:                            {"1 hour", "1 uur", "1 Stunde", "1~heure"},
		90 * time.Minute:                     {"1 hour 30 minutes", "1 uur en 30 minuten", "1 Stunde 30 Minuten", "1~heure et 30~minutes"},
		59*time.Minute + 59*time.Second:      {"59 minutes 59 seconds", "59 minuten en 59 seconden", "59 Minuten 59 Sekunden", "59~minutes et 59~secondes"},
		25*time.Hour + 59*time.Second:        {"1 day 1 hour", "1 dag en 1 uur", "1 Tag 1 Stunde", "1~jour et 1~heure"},
		time.Hour + 59*time.Second:           {"1 hour", "1 uur", "1 Stunde", "1~heure"},
		61 * time.Second:                     {"1 minute 1 second", "1 minuut en 1 seconde", "1 Minute 1 Sekunde", "1~minute et 1~seconde"},
		5*time.Second + 999*time.Millisecond: {"5 seconds", "5 seconden", "5 Sekunden", "5~secondes"},
		// French has the singular for nought, the others the plural.
		0:            {"0 seconds", "0 seconden", "0 Sekunden", "0~seconde"},
		-time.Second: {"0 seconds", "0 seconden", "0 Sekunden", "0~seconde"},
	} {
		for i, lang := range []string{"en", "nl", "de", "fr"} {
			duration := ts.funcs(lang)["duration"].(func(time.Duration) (string, error))
			if got, err := duration(d); err != nil || visible(got) != want[i] {
				t.Errorf("%s: duration %v = %q, %v, want %q", lang, d, got, err, want[i])
			}
		}
	}
}

// TestLeft shows that the time left is never written longer than it is, and
// with seconds only when they matter.
func TestLeft(t *testing.T) {
	left := newTemplates(t).funcs("en")["left"].(func(time.Duration) (string, error))
	for d, want := range map[time.Duration]string{
		time.Hour:                       "1 hour",
		59*time.Minute + 59*time.Second: "59 minutes",
		10 * time.Minute:                "10 minutes",
		10*time.Minute - time.Second:    "9 minutes 59 seconds",
		0:                               "0 seconds",
	} {
		if got, err := left(d); err != nil || got != want {
			t.Errorf("left %v = %q, %v, want %q", d, got, err, want)
		}
	}
}

// TestMoment shows each side of the hour when summer time begins, names of
// zones where the language has them, and offsets where it has none.
func TestMoment(t *testing.T) {
	ts := newTemplates(t)
	noon := time.Date(2027, 3, 12, 13, 20, 0, 0, time.UTC)
	change := time.Date(2027, 3, 28, 1, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		at             time.Time
		zone           string
		en, nl, de, fr string
	}{
		{
			noon, "Europe/Zurich",
			"Friday, 12 March 2027, 14:20 CET", "vrijdag 12 maart 2027 om 14:20 CET",
			"Freitag, 12. März 2027, 14:20 Uhr MEZ", "vendredi 12 mars 2027 à 14:20 (UTC+1)",
		},
		{
			change.Add(-time.Minute), "Europe/Zurich",
			"Sunday, 28 March 2027, 01:59 CET", "zondag 28 maart 2027 om 01:59 CET",
			"Sonntag, 28. März 2027, 01:59 Uhr MEZ", "dimanche 28 mars 2027 à 01:59 (UTC+1)",
		},
		{
			change, "Europe/Zurich",
			"Sunday, 28 March 2027, 03:00 CEST", "zondag 28 maart 2027 om 03:00 CEST",
			"Sonntag, 28. März 2027, 03:00 Uhr MESZ", "dimanche 28 mars 2027 à 03:00 (UTC+2)",
		},
		{
			change, "Europe/Helsinki",
			"Sunday, 28 March 2027, 04:00 EEST", "zondag 28 maart 2027 om 04:00 EEST",
			"Sonntag, 28. März 2027, 04:00 Uhr OESZ", "dimanche 28 mars 2027 à 04:00 (UTC+3)",
		},
		{
			change, "Europe/London",
			"Sunday, 28 March 2027, 02:00 BST", "zondag 28 maart 2027 om 02:00 GMT+1",
			"Sonntag, 28. März 2027, 02:00 Uhr GMT+1", "dimanche 28 mars 2027 à 02:00 (UTC+1)",
		},
		{
			noon, "Europe/London",
			"Friday, 12 March 2027, 13:20 GMT", "vrijdag 12 maart 2027 om 13:20 GMT",
			"Freitag, 12. März 2027, 13:20 Uhr GMT", "vendredi 12 mars 2027 à 13:20 (UTC)",
		},
		{
			noon, "America/Sao_Paulo",
			"Friday, 12 March 2027, 10:20 GMT-3", "vrijdag 12 maart 2027 om 10:20 GMT-3",
			"Freitag, 12. März 2027, 10:20 Uhr GMT-3", "vendredi 12 mars 2027 à 10:20 (UTC-3)",
		},
		{
			noon, "Asia/Kolkata",
			"Friday, 12 March 2027, 18:50 GMT+5:30", "vrijdag 12 maart 2027 om 18:50 GMT+5:30",
			"Freitag, 12. März 2027, 18:50 Uhr GMT+5:30", "vendredi 12 mars 2027 à 18:50 (UTC+5:30)",
		},
		{
			noon, "No/Where",
			"Friday, 12 March 2027, 13:20 UTC", "vrijdag 12 maart 2027 om 13:20 UTC",
			"Freitag, 12. März 2027, 13:20 Uhr UTC", "vendredi 12 mars 2027 à 13:20 (UTC)",
		},
	} {
		for lang, want := range map[string]string{"en": c.en, "nl": c.nl, "de": c.de, "fr": c.fr} {
			moment := ts.funcs(lang)["moment"].(func(time.Time, string) (string, error))
			if got, err := moment(c.at, c.zone); err != nil || got != want {
				t.Errorf("%s: moment in %s = %q, %v, want %q", lang, c.zone, got, err, want)
			}
		}
	}
}

func TestLanguage(t *testing.T) {
	ts := newTemplates(t)
	for wanted, want := range map[string]string{"en": "en", "en-AU,de;q=0.5": "en", "": "en", "xx;;;q=z": "en", "zh": "en"} {
		if got := ts.Language(wanted); got != want {
			t.Errorf("Language(%q) = %q, want %q", wanted, got, want)
		}
	}
	if got := ts.LanguageOf([]string{"xx"}, "fr"); got != "en" {
		t.Errorf("a sale without a known language is shown in %q", got)
	}
}
