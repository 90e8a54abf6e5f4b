package link

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

func TestReceiptNamesItsPlace(t *testing.T) {
	k := tempKeys(t)
	for _, number := range []int{1, 9, 10, 10_000, 1<<63 - 1} {
		at := noon.Add(time.Duration(number%1000) * time.Millisecond)
		receipt := k.Receipt("fest", number, at)
		if !regexp.MustCompile(`^[a-z2-7]{8}\.[1-9][0-9]*\.[0-9a-z]+\.[A-Za-z0-9_-]{22}$`).MatchString(receipt) {
			t.Errorf("receipt %q is not kid.number.at.mac", receipt)
		}
		if again := k.Receipt("fest", number, at); again != receipt {
			t.Errorf("two receipts for one place: %q, %q", receipt, again)
		}
		got, gotAt, err := k.ReadReceipt("fest", receipt)
		if got != number || !gotAt.Equal(at) || err != nil {
			t.Errorf("ReadReceipt(%q) = %d, %v, %v; want %d, %v", receipt, got, gotAt, err, number, at)
		}
	}
}

func TestReadReceiptRefuses(t *testing.T) {
	k := tempKeys(t)
	receipt := k.Receipt("fest", 12, noon)
	parts := strings.Split(receipt, ".")
	kid, number, at, mac := parts[0], parts[1], parts[2], parts[3]
	later := strings.Split(k.Receipt("fest", 12, noon.Add(time.Millisecond)), ".")
	for name, other := range map[string]string{
		"nothing":             "",
		"dots":                "..",
		"another sale's":      k.Receipt("fest2", 12, noon),
		"number and slug":     k.Receipt("fest1", 2, noon),
		"a stranger's":        tempKeys(t).Receipt("fest", 12, noon),
		"another number":      kid + ".13." + at + "." + mac,
		"another moment":      kid + "." + number + "." + later[2] + "." + mac,
		"a capital moment":    kid + "." + number + "." + strings.ToUpper(at) + "." + mac,
		"a padded moment":     kid + "." + number + ".0" + at + "." + mac,
		"no moment":           kid + "." + number + "." + mac,
		"an empty moment":     kid + "." + number + ".." + mac,
		"too late":            kid + "." + number + ".zzzzzzzzzzzzzz." + mac,
		"zero":                k.Receipt("fest", 0, noon),
		"a negative number":   k.Receipt("fest", -12, noon),
		"a leading zero":      kid + ".0" + number + "." + at + "." + mac,
		"a plus":              kid + ".+" + number + "." + at + "." + mac,
		"too big":             kid + ".9223372036854775808." + at + "." + mac,
		"no mac":              kid + "." + number + "." + at,
		"an empty mac":        kid + "." + number + "." + at + ".",
		"a short mac":         receipt[:len(receipt)-1],
		"padding":             receipt + "==",
		"a line break":        receipt + "\n",
		"a dot":               receipt + ".",
		"the kid in capitals": strings.ToUpper(kid) + receipt[len(kid):],
		"long":                strings.Repeat("a", 1<<16),
	} {
		if n, _, err := k.ReadReceipt("fest", other); n != 0 || sale.CodeOf(err) != sale.CodeNotFound {
			t.Errorf("%s: %d, %v; want CodeNotFound", name, n, err)
		}
	}
}

// The mac's last character has bits to spare; only one spelling counts.
func TestOneReceiptHasOneSpelling(t *testing.T) {
	k := tempKeys(t)
	receipt := k.Receipt("fest", 12, noon)
	for c := range 256 {
		other := receipt[:len(receipt)-1] + string([]byte{byte(c)})
		if _, _, err := k.ReadReceipt("fest", other); (err == nil) != (other == receipt) {
			t.Errorf("%q: %v", other, err)
		}
	}
}

func FuzzReadReceipt(f *testing.F) {
	k := tempKeys(f)
	for _, number := range []int{1, 12, 4711} {
		f.Add("fest", k.Receipt("fest", number, noon))
	}
	f.Add("fest", "aaaaaaaa.1.k.AAAAAAAAAAAAAAAAAAAAAA")
	f.Add("other", "..")
	f.Fuzz(func(t *testing.T, slug, receipt string) {
		number, at, err := k.ReadReceipt(slug, receipt)
		switch {
		case err == nil && k.Receipt(slug, number, at) != receipt:
			t.Fatalf("accepted %q for place %d of %q", receipt, number, slug)
		case err != nil && sale.CodeOf(err) != sale.CodeNotFound:
			t.Fatalf("%q: %v", receipt, err)
		}
	})
}

func BenchmarkReceipt(b *testing.B) {
	k := tempKeys(b)
	b.ReportAllocs()
	for b.Loop() {
		k.Receipt("lakeside-2027", 4711, noon)
	}
}

func BenchmarkReadReceipt(b *testing.B) {
	k := tempKeys(b)
	receipt := k.Receipt("lakeside-2027", 4711, noon)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := k.ReadReceipt("lakeside-2027", receipt); err != nil {
			b.Fatal(err)
		}
	}
}
