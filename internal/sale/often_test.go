package sale_test

import (
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// TestOften: a schedule in words is read back letter by letter, or it is not
// put in words.
func TestOften(t *testing.T) {
	for written, words := range map[string]string{
		"@every 5m": "every 5 minutes", "@every 1m": "every minute", "@every 1h": "every hour", "@every 1s": "every second",
		"@every 90s": "every 90 seconds", "@every 90m": "every 90 minutes", "@every 1h30m": "every 1 hour 30 minutes",
		"@every 2h1m1s": "every 2 hours 1 minute 1 second", "@every 1500s": "every 1500 seconds", "@every 05m": "every 05 minutes",
	} {
		got, ok := sale.Often(written)
		if got != words || !ok {
			t.Errorf("%q is said as %q, not %q", written, got, words)
		}
		if back, ok := sale.ReadOften(got); back != written || !ok {
			t.Errorf("%q is read as %q, not %q", got, back, written)
		}
	}
	for _, kept := range []string{"*/5 9-20 * * *", "@hourly", "@every 1.5h", "@every 5M", "@every 30s5m", "@every  5m", "@every ", "every 5 minutes", ""} {
		if got, ok := sale.Often(kept); got != kept || ok {
			t.Errorf("%q is said as %q", kept, got)
		}
	}
}

// TestReadOften: what nobody could misunderstand is understood, and nothing
// else is.
func TestReadOften(t *testing.T) {
	for typed, want := range map[string]string{
		" Every  Minute ": "@every 1m", "every 5 min": "@every 5m", "5 minutes": "@every 5m", "10m": "@every 10m", "every 90 s": "@every 90s",
		"1h30m": "@every 1h30m", "every 1 hour 30 mins": "@every 1h30m", "Every 15 Seconds": "@every 15s",
	} {
		if got, ok := sale.ReadOften(typed); got != want || !ok {
			t.Errorf("%q is read as %q, not %q", typed, got, want)
		}
	}
	for _, kept := range []string{"", "every", "every ", "often", "5", "every 5", "every 5 parsecs", "*/5 * * * *", "@every 5m", "every minute or so", "every 99999999999999999999 s"} {
		if got, ok := sale.ReadOften(kept); got != kept || ok {
			t.Errorf("%q is read as %q", kept, got)
		}
	}
}

// TestLife: how long a link lives is said in words that are read back as the
// sale file has it, or as the file has it.
func TestLife(t *testing.T) {
	for life, words := range map[time.Duration]string{
		time.Hour: "1 hour", 90 * time.Minute: "1 hour 30 minutes", 45 * time.Second: "45 seconds", 36 * time.Hour: "36h", 1500 * time.Millisecond: "1.5s",
	} {
		got := sale.Life(life)
		if got != words {
			t.Errorf("%s is said as %q, not %q", life, got, words)
		}
		if back := sale.ReadLife(got); back != sale.FormatLife(life) {
			t.Errorf("%q is read as %q, not %q", got, back, sale.FormatLife(life))
		}
	}
	for typed, want := range map[string]string{
		" 90 Minutes": "90m", "1 h": "1h", "1h": "1h", "2 hours 5 min": "2h5m", "every hour": "every hour", "every 5 minutes": "every 5 minutes", "long": "long", "": "",
	} {
		if got := sale.ReadLife(typed); got != want {
			t.Errorf("%q is read as %q, not %q", typed, got, want)
		}
	}
}

// TestWho: an actor of the command line is told in words.
func TestWho(t *testing.T) {
	for actor, want := range map[string]string{"cli:ann": "ann (command line)", "ann@lakeside.example": "ann@lakeside.example", "": ""} {
		if got := sale.Who(actor); got != want {
			t.Errorf("%q is called %q, not %q", actor, got, want)
		}
	}
}
