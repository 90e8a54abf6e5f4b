package plan

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/sale"
)

// advice gives the texts about one thing.
func advice(f Forecast, about string) (texts string, look bool) {
	for _, a := range f.Advise() {
		if a.About == about {
			texts += a.Text + "\n"
			look = look || a.Look
		}
	}
	return texts, look
}

func TestAdvice(t *testing.T) {
	for _, tt := range []struct {
		name, about string
		change      func(*Question)
		look        bool
		wants       []string // none: says nothing about it
	}{
		{"no limit", "mail", func(q *Question) {}, true, []string{"INTURN_MAIL_PER_HOUR"}},
		{
			"a limit that holds everything up", "mail", func(q *Question) { q.Sale.Dispatch.Batch, q.Limits.PerHour = 100, 1000 }, true,
			[]string{"The mail limit of 1,000 an hour allows at most 83 mails every 5 minutes", "no batch is made", "Without the limit it would sell out 2 hours", "earlier"},
		},
		{
			"a limit that fits", "mail", func(q *Question) { q.Sale.Dispatch.Batch, q.Limits = 100, Limits{PerHour: 5000, PerSecond: 10} }, false,
			[]string{"10 a second and 5,000 an hour", "416 mails", "A batch of 100 fits."},
		},
		{
			"a small batch", "batch", func(q *Question) { q.Sale.Dispatch.Batch = 25 }, false,
			[]string{"25 offers every 5 minutes", "With a batch of 250 instead of 25 it would sell out", "earlier"},
		},
		{"a large batch", "batch", func(q *Question) { q.Sale.Dispatch.Batch = 2500 }, false, nil},
		{
			"links that hold everything", "stock", func(q *Question) { q.Sale.Dispatch.Batch, q.Takes = 2500, 10*time.Minute }, false,
			[]string{"A larger batch changes little.", "With links of 30 minutes"},
		},
		{
			"too short a time", "time", func(q *Question) { q.Sale.Dispatch.Batch, q.Sale.Dispatch.Ends = 50, start.Add(4*time.Hour) }, true,
			[]string{"of 10,000 tickets left", "of them have a guaranteed place", "after the start; dispatch runs for 4 hours"},
		},
		{"time enough", "time", func(q *Question) {}, false, nil},
		{
			"too few", "demand", func(q *Question) { q.Demand = 1000 }, true,
			[]string{"Everybody in line has had an offer", "about 4,762 fans would have to join"},
		},
		{
			"too few places", "demand", func(q *Question) { q.Sale.Caps.Standby = 500 }, true,
			[]string{"the caps let 3,000 in"},
		},
		{
			"a night", "quiet", func(q *Question) {
				q.Sale.Dispatch.Batch, q.Sale.Dispatch.Quiet, q.Limits.PerHour = 100, sale.QuietHours{From: 13 * 3600, To: 20 * 3600}, 1000
			}, false,
			[]string{"from the first offers to the last ticket, 7 hours are quiet hours"},
		},
		{"a night after the last ticket", "quiet", func(q *Question) { q.Sale.Dispatch.Quiet = sale.QuietHours{From: 11 * 3600, To: 12 * 3600} }, false, nil},
		{"the last number", "line", func(q *Question) {}, false, []string{"is the last to get an offer", "a polite decline"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q := article()
			tt.change(&q)
			got, look := advice(predict(t, q), tt.about)
			if (got == "") != (tt.wants == nil) || look != tt.look {
				t.Errorf("look %v, says %q", look, got)
			}
			for _, want := range tt.wants {
				if !strings.Contains(got, want) {
					t.Errorf("%q is not in %q", want, got)
				}
			}
		})
	}
}

func TestLength(t *testing.T) {
	got := map[string]string{}
	for _, text := range []string{"1s", "90s", "2m", "50m20s", "1h", "3h21m", "23h59m", "24h", "52h20m"} {
		d, err := time.ParseDuration(text)
		if err != nil {
			t.Fatal(err)
		}
		got[text] = Length(d)
	}
	want := map[string]string{
		"1s": "1 second", "90s": "90 seconds", "2m": "2 minutes", "50m20s": "50 minutes", "1h": "1 hour", "3h21m": "3 hours 20 minutes",
		"23h59m": "24 hours", "24h": "1 day", "52h20m": "2 days 4 hours",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSuggestBatch(t *testing.T) {
	for _, tt := range []struct {
		guaranteed int
		period     time.Duration
		limits     Limits
		want       int
	}{
		{2500, 5 * time.Minute, Limits{}, 250},
		{2400, 5 * time.Minute, Limits{}, 100},
		{2500, time.Minute, Limits{}, 25},
		{250, 5 * time.Minute, Limits{}, 25},
		{0, 5 * time.Minute, Limits{}, 10},
		{2500, 5 * time.Minute, Limits{PerHour: 1000}, 45}, // 83 mails, orders among them
		{2500, 5 * time.Minute, Limits{PerHour: 100}, 4},
		{2500, time.Minute, Limits{PerHour: 10}, 1},
		{100_000, 24 * time.Hour, Limits{PerSecond: 1}, 50_000},
		{10_000_000, time.Minute, Limits{}, 100_000},
	} {
		if got := SuggestBatch(tt.guaranteed, tt.period, tt.limits); got != tt.want {
			t.Errorf("%d guaranteed every %s within %+v: %d, want %d", tt.guaranteed, tt.period, tt.limits, got, tt.want)
		}
	}
}

// TestAdviceOfALargeSale: somebody waits for the page, and each comparison
// takes as long as the forecast itself.
func TestAdviceOfALargeSale(t *testing.T) {
	for _, large := range []bool{false, true} {
		q, played := article(), 0
		if large { // its mails leave one by one
			q.Sale.Tickets.Capacity, q.Sale.Caps.Standby, q.Sale.Dispatch.Batch, q.Demand = 500_000, 400_000, 5000, 400_000
			q.Limits.PerSecond = 1
		}
		moments := q.Moments
		q.Moments = func(after time.Time) time.Time {
			if after.IsZero() {
				played++
			}
			return moments(after)
		}
		f := predict(t, q)
		texts, _ := advice(f, "line")
		if told := strings.Contains(texts, "too large"); told != large || large != (played == 1) {
			t.Errorf("large %t: %d steps, played %d times, told %q", large, f.steps, played, texts)
		}
		if texts, _ := advice(f, "stock"); large && strings.Contains(texts, "changes little") {
			t.Errorf("told of what was not tried: %q", texts)
		}
	}
}

// TestOften: a moment that comes each minute comes every minute.
func TestOften(t *testing.T) {
	for period, want := range map[time.Duration]string{
		time.Minute: "every minute", 5 * time.Minute: "every 5 minutes", time.Hour: "every hour", 90 * time.Second: "every 1 minute 30 seconds",
	} {
		if got := often(period); got != want {
			t.Errorf("%s is %q, not %q", period, got, want)
		}
	}
}
