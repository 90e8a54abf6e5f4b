package dispatcher

import (
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// Whether the guaranteed fans fit is counted with the schedule itself.
func TestFitGuaranteed(t *testing.T) {
	starts := at(t, "2027-03-12T12:00:00+01:00")
	const h = time.Hour
	for _, tt := range []struct {
		name        string
		every       string
		fans, batch int
		runs        time.Duration
		reach       int
		takes       time.Duration
	}{
		{"one an hour", "@every 1h", 2500, 1, 192 * h, 191, 2500 * h},
		{"a hundred a minute", "@every 1m", 2500, 100, 192 * h, 2500, 24*time.Minute + h},
		{"a batch that is not full", "@every 1m", 101, 100, 192 * h, 101, time.Minute + h},
		{"one batch, at the start", "@every 1h", 100, 100, 2 * h, 100, h},
		{"just in time", "@every 1h", 3, 1, 3*h + time.Second, 3, 3 * h},
		{"the last beat comes too late", "@every 1h", 3, 1, 3 * h, 2, 3 * h},
		{"no time for a link at all", "@every 1h", 3, 1, h, 0, 3 * h},
		{"in the daytime only", "0 10-19 * * *", 40, 1, 72 * h, 29, 96 * h},
		{"never in the window", "0 10 1 1 *", 2, 1, 192 * h, 0, 661*24*h - 2*h + h},
		{"beyond what is counted", "@every 1m", 10_000, 1, 10_000 * time.Minute, 9940, 9999*time.Minute + h},
		{"beyond it, and all in time", "@every 1s", 10_000, 1, 192 * h, 10_000, 9999*time.Second + h},
		{"nobody is guaranteed", "@every 1h", 0, 1, 192 * h, 0, 0},
	} {
		s := sale.Sale{Timezone: "Europe/Zurich", Caps: sale.Caps{Guaranteed: tt.fans}, Dispatch: sale.Dispatch{
			Starts: starts, Ends: starts.Add(tt.runs), Every: tt.every, Batch: tt.batch, LinkLife: h,
		}}
		f, err := FitGuaranteed(s)
		if err != nil || f.Reach != tt.reach || f.Takes != tt.takes || f.Runs != tt.runs {
			t.Errorf("%s: %+v, %v; want %d of them, %v", tt.name, f, err, tt.reach, tt.takes)
		}
		if fits := tt.reach == tt.fans; fits != (f.Warning() == "") {
			t.Errorf("%s: %q", tt.name, f.Warning())
		}
	}
}

// However many there are and however long they take, it is said at once.
func TestFitGuaranteedIsBounded(t *testing.T) {
	starts := at(t, "2027-03-12T12:00:00+01:00")
	s := sale.Sale{Timezone: "Europe/Zurich", Caps: sale.Caps{Guaranteed: 1 << 40}, Dispatch: sale.Dispatch{
		Starts: starts, Ends: starts.Add(24 * time.Hour), Every: "0 3 29 2 *", Batch: 1, LinkLife: time.Hour,
	}}
	if f, err := FitGuaranteed(s); err != nil || f.Reach != 0 || f.Takes < 100*365*24*time.Hour {
		t.Errorf("%+v, %v", f, err)
	}
	s.Dispatch.Every, s.Dispatch.Ends = "@every 1s", starts.Add(50*365*24*time.Hour)
	s.Dispatch.Quiet = sale.QuietHours{From: 22 * 3600, To: 8 * 3600}
	if f, err := FitGuaranteed(s); err != nil || f.Reach < 1<<29 || f.Takes < 100*365*24*time.Hour {
		t.Errorf("with quiet hours: %+v, %v", f, err)
	}
	s.Dispatch.Every = "sometimes"
	if _, err := FitGuaranteed(s); sale.CodeOf(err) != sale.CodeInvalid {
		t.Errorf("no schedule: %v", err)
	}
}

func TestFitWarning(t *testing.T) {
	f := Fit{Fans: 2500, Reach: 191, Takes: 2500 * time.Hour, Runs: 192 * time.Hour}
	want := "2,500 guaranteed fans need 2,500 hours; dispatch runs for 192 hours, and 2,309 of them would get no offer"
	if got := f.Warning(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	f = Fit{Fans: 3, Reach: 1, Takes: 150 * time.Minute, Runs: 90 * time.Minute}
	if got, want := f.Warning(), "3 guaranteed fans need 150 minutes; dispatch runs for 90 minutes, and 2 of them would get no offer"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
