package sale

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// FormatMoney writes minor units as a decimal number with exactly digits
// decimals and no grouping: 8500 with 2 digits is "85.00". [ParseMoney] reads
// it back exactly; pages write money in their reader's way instead.
func FormatMoney(minor int64, digits int) string {
	if digits <= 0 {
		return strconv.FormatInt(minor, 10)
	}
	sign, abs := "", uint64(minor)
	if minor < 0 {
		sign, abs = "-", -abs // right for the smallest int64 too
	}
	s := fmt.Sprintf("%0*d", digits+1, abs)
	return sign + s[:len(s)-digits] + "." + s[len(s)-digits:]
}

// FormatPrice writes an amount of a known currency with that currency's
// decimals, as sale files and JSON answers do: "85.00".
func FormatPrice(minor int64, currency string) string {
	digits, _ := CurrencyDigits(currency)
	return FormatMoney(minor, digits)
}

// ParseMoney reads a decimal number with at most digits decimals into minor
// units, exactly: "85", "85.5" and "85.00" with 2 digits are 8500, 8550 and
// 8500. There is no rounding, no grouping and no exponent. The error is in
// the writer's words.
func ParseMoney(s string, digits int) (int64, error) {
	rest, negative := strings.CutPrefix(s, "-")
	whole, fraction, dot := strings.Cut(rest, ".")
	if !isDigits(whole) || dot && !isDigits(fraction) {
		return 0, errors.New("is not an amount; write it like 85 or " + FormatMoney(8500, 2) + ", without a currency sign")
	}
	if len(fraction) > digits {
		if digits == 0 {
			return 0, errors.New("has decimals, but this currency has none")
		}
		return 0, fmt.Errorf("has %d decimals, but this currency has %d", len(fraction), digits)
	}
	var minor int64
	for _, c := range []byte(whole + fraction + strings.Repeat("0", digits-len(fraction))) {
		digit := int64(c - '0')
		if minor > (math.MaxInt64-digit)/10 {
			return 0, errors.New("is more than can be written down")
		}
		minor = minor*10 + digit
	}
	if negative {
		minor = -minor
	}
	return minor, nil
}

func isDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// FormatCount writes a count as the texts for organizers do: 10,000.
func FormatCount(n int) string { return thousands(n) }

// Counted writes how many there are of something: "1 ticket", "2,500 tickets",
// "3 batches".
func Counted(n int, what string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(what, "ch"):
		what += "es"
	default:
		what += "s"
	}
	return FormatCount(n) + " " + what
}

// Spelled writes a duration to the second, in words for organizers: "20
// minutes", "1 hour 30 minutes", "1 minute 4 seconds".
func Spelled(d time.Duration) string {
	var parts []string
	for _, unit := range []struct {
		is   time.Duration
		word string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if n := int(d / unit.is); n > 0 {
			parts = append(parts, Counted(n, unit.word))
			d -= time.Duration(n) * unit.is
		}
	}
	if len(parts) == 0 {
		return Counted(0, "second")
	}
	return strings.Join(parts, " ")
}

// Takes writes how long something takes, never as less than it is: in whole
// minutes, and from three hours on in whole hours.
func Takes(d time.Duration) string {
	if d < 3*time.Hour {
		return Counted(int(math.Ceil(d.Minutes())), "minute")
	}
	return Counted(int(math.Ceil(d.Hours())), "hour")
}

// thousands writes a count with commas, as the texts for organizers do.
func thousands[N int | int64](n N) string {
	s := strconv.FormatInt(int64(n), 10)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}
