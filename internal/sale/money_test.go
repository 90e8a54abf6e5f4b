package sale_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/bojanz/currency"
	"pgregory.net/rapid"

	"github.com/inturn/inturn/internal/sale"
)

func TestFormatMoney(t *testing.T) {
	tests := []struct {
		minor  int64
		digits int
		want   string
	}{
		{8500, 2, "85.00"},
		{5, 2, "0.05"},
		{0, 2, "0.00"},
		{100, 2, "1.00"},
		{-5, 2, "-0.05"},
		{-8500, 2, "-85.00"},
		{8500, 0, "8500"},
		{0, 0, "0"},
		{-1, 0, "-1"},
		{1, 3, "0.001"},
		{12345, 4, "1.2345"},
		{math.MaxInt64, 2, "92233720368547758.07"},
		{math.MinInt64, 2, "-92233720368547758.08"},
	}
	for _, tt := range tests {
		if got := sale.FormatMoney(tt.minor, tt.digits); got != tt.want {
			t.Errorf("FormatMoney(%d, %d) = %s, want %s", tt.minor, tt.digits, got, tt.want)
		}
	}
}

func TestParseMoney(t *testing.T) {
	tests := []struct {
		in     string
		digits int
		want   int64
	}{
		{"85.00", 2, 8500},
		{"85", 2, 8500},
		{"85.5", 2, 8550},
		{"0.05", 2, 5},
		{"0", 2, 0},
		{"085.10", 2, 8510},
		{"-0.05", 2, -5},
		{"8500", 0, 8500},
		{"0.001", 3, 1},
		{"92233720368547758.07", 2, math.MaxInt64},
		// 0.29 × 100 is 28.999… in floating point.
		{"0.29", 2, 29},
		{"1.15", 2, 115},
		{"4.35", 2, 435},
		{"1.005", 3, 1005},
	}
	for _, tt := range tests {
		got, err := sale.ParseMoney(tt.in, tt.digits)
		if err != nil || got != tt.want {
			t.Errorf("ParseMoney(%q, %d) = %d, %v; want %d", tt.in, tt.digits, got, err, tt.want)
		}
	}
	for _, in := range []string{
		"", ".", "-", "85.", ".50", "85,00", "1'000.00", "1,000.00", "1 000", "+85", "--85", "8 5", " 85", "85 ", "CHF 85",
		"8e3", "0x10", "NaN", "Inf", "85.000", "85.00.00", "٨٥", "92233720368547758.08", "99999999999999999999999",
	} {
		if got, err := sale.ParseMoney(in, 2); err == nil {
			t.Errorf("ParseMoney(%q, 2) = %d", in, got)
		}
	}
	if _, err := sale.ParseMoney("85.0", 0); err == nil || err.Error() != "has decimals, but this currency has none" {
		t.Errorf("decimals without a minor unit: %v", err)
	}
}

// TestSpelled writes durations in words, to the second.
func TestSpelled(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"0 seconds": 400 * time.Millisecond, "1 second": time.Second, "20 minutes": 20 * time.Minute, "1 minute 4 seconds": 64 * time.Second,
		"1 hour 30 minutes": 90 * time.Minute, "2 days 1 hour 1 second": 49*time.Hour + time.Second,
	} {
		if got := sale.Spelled(d); got != want {
			t.Errorf("sale.Spelled(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestCounted(t *testing.T) {
	for _, c := range []struct {
		n          int
		what, want string
	}{
		{0, "ticket", "0 tickets"},
		{1, "ticket", "1 ticket"},
		{2500, "ticket", "2,500 tickets"},
		{1, "batch", "1 batch"},
		{3, "batch", "3 batches"},
	} {
		if got := sale.Counted(c.n, c.what); got != c.want {
			t.Errorf("sale.Counted(%d, %q) = %q, want %q", c.n, c.what, got, c.want)
		}
	}
}

func TestMoneyRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64Min(math.MinInt64+1).Draw(t, "minor")
		digits := rapid.IntRange(0, 4).Draw(t, "digits")
		got, err := sale.ParseMoney(sale.FormatMoney(minor, digits), digits)
		if err != nil || got != minor {
			t.Fatalf("%d with %d digits came back as %d, %v", minor, digits, got, err)
		}
	})
}

// TestCurrencyDigits compares the table with the library that the pages
// write money with: they have to agree on every currency there is.
func TestCurrencyDigits(t *testing.T) {
	for _, code := range currency.GetCurrencyCodes() {
		want, _ := currency.GetDigits(code)
		if got, ok := sale.CurrencyDigits(code); !ok || got != int(want) {
			t.Errorf("%s has %d digits, %v; want %d", code, got, ok, want)
		}
	}
	for _, code := range []string{"", "chf", "XXX", "XTS", "DEM", "CHFX"} {
		if _, ok := sale.CurrencyDigits(code); ok {
			t.Errorf("%q is a currency", code)
		}
	}
}

func TestParseQuantity(t *testing.T) {
	for in, want := range map[string]int{
		"": 0, "0": 0, "1": 1, "004": 4, "99999999": 99999999,
		"100000000": 100000000, "99999999999999999999": 100000000,
	} {
		if got, err := sale.ParseQuantity(in); err != nil || got != want {
			t.Errorf("ParseQuantity(%q) = %d, %v; want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"-1", "+1", "1.0", "1e3", "0x1", " 1", "1 ", "one", "١", "1\n", "100000000000000000000000000000000"} {
		_, err := sale.ParseQuantity(in)
		if !errors.Is(err, &sale.Error{Code: sale.CodeBadQuantity}) {
			t.Errorf("ParseQuantity(%q): %v", in, err)
		}
	}
}

func TestQuantitiesTotal(t *testing.T) {
	tests := []struct {
		q    sale.Quantities
		want int
	}{
		{nil, 0},
		{sale.Quantities{"fri": 2, "sat": 1}, 3},
		{sale.Quantities{"fri": math.MaxInt, "sat": 1}, math.MaxInt},
		{sale.Quantities{"fri": math.MaxInt, "sat": math.MaxInt, "sun": math.MaxInt}, math.MaxInt},
	}
	for _, tt := range tests {
		if got := tt.q.Total(); got != tt.want {
			t.Errorf("%v.Total() = %d, want %d", tt.q, got, tt.want)
		}
	}
}

func TestTakes(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Second: "1 minute", time.Minute: "1 minute", 61 * time.Second: "2 minutes", 150 * time.Minute: "150 minutes",
		3 * time.Hour: "3 hours", 3*time.Hour + 1: "4 hours", 2500 * time.Hour: "2,500 hours",
	} {
		if got := sale.Takes(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
