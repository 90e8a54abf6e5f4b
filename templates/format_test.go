package templates

import (
	"testing"
	"time"
)

func TestFormats(t *testing.T) {
	ts := newTemplates(t)
	f := ts.funcs("en")
	money := f["money"].(func(int64, string) (string, error))
	for _, c := range []struct {
		minor int64
		code  string
		want  string
	}{
		{8500, "CHF", "CHF\u00a085.00"}, {1234567, "EUR", "€12,345.67"}, {500, "JPY", "¥500"}, {1, "KWD", "KWD\u00a00.001"},
	} {
		if got, err := money(c.minor, c.code); err != nil || got != c.want {
			t.Errorf("money %d %s = %q, %v, want %q", c.minor, c.code, got, err, c.want)
		}
	}
	duration := f["duration"].(func(time.Duration) (string, error))
	for d, want := range map[time.Duration]string{
		time.Hour:                            "1 hour",
		90 * time.Minute:                     "1 hour 30 minutes",
		59*time.Minute + 59*time.Second:      "59 minutes 59 seconds",
		25*time.Hour + 59*time.Second:        "1 day 1 hour",
		time.Hour + 59*time.Second:           "1 hour",
		5*time.Second + 999*time.Millisecond: "5 seconds",
		0:                                    "0 seconds",
		-time.Second:                         "0 seconds",
	} {
		if got, err := duration(d); err != nil || got != want {
			t.Errorf("duration %v = %q, %v, want %q", d, got, err, want)
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

// TestClock shows each side of the hour when summer time begins, and that a
// zone without a name is shown by its offset.
func TestClock(t *testing.T) {
	clock := newTemplates(t).funcs("en")["clock"].(func(time.Time, string) string)
	change := time.Date(2027, 3, 28, 1, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		at         time.Time
		zone, want string
	}{
		{change.Add(-time.Minute), "Europe/Zurich", "01:59 CET"},
		{change, "Europe/Zurich", "03:00 CEST"},
		{change, "America/Sao_Paulo", "22:00 UTC-03"},
		{change, "No/Where", "01:00 UTC"},
	} {
		if got := clock(c.at, c.zone); got != c.want {
			t.Errorf("clock in %s = %q, want %q", c.zone, got, c.want)
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
