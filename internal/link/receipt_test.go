package link

import (
	"regexp"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/sale"
)

func TestReceiptNamesItsPlace(t *testing.T) {
	k := tempKeys(t)
	for _, number := range []int{1, 9, 10, 10_000, 1<<63 - 1} {
		receipt := k.Receipt("fest", number)
		if !regexp.MustCompile(`^[a-z2-7]{8}\.[1-9][0-9]*\.[A-Za-z0-9_-]{22}$`).MatchString(receipt) {
			t.Errorf("receipt %q is not kid.number.mac", receipt)
		}
		if again := k.Receipt("fest", number); again != receipt {
			t.Errorf("two receipts for one place: %q, %q", receipt, again)
		}
		if got, err := k.ReadReceipt("fest", receipt); got != number || err != nil {
			t.Errorf("ReadReceipt(%q) = %d, %v; want %d", receipt, got, err, number)
		}
	}
}

func TestReadReceiptRefuses(t *testing.T) {
	k := tempKeys(t)
	receipt := k.Receipt("fest", 12)
	kid, rest, _ := strings.Cut(receipt, ".")
	number, mac, _ := strings.Cut(rest, ".")
	for name, other := range map[string]string{
		"nothing":             "",
		"dots":                "..",
		"another sale's":      k.Receipt("fest2", 12),
		"number and slug":     k.Receipt("fest1", 2),
		"a stranger's":        tempKeys(t).Receipt("fest", 12),
		"another number":      kid + ".13." + mac,
		"zero":                k.Receipt("fest", 0),
		"a negative number":   k.Receipt("fest", -12),
		"a leading zero":      kid + ".0" + number + "." + mac,
		"a plus":              kid + ".+" + number + "." + mac,
		"too big":             kid + ".9223372036854775808." + mac,
		"no mac":              kid + "." + number,
		"an empty mac":        kid + "." + number + ".",
		"a short mac":         receipt[:len(receipt)-1],
		"padding":             receipt + "==",
		"a line break":        receipt + "\n",
		"a dot":               receipt + ".",
		"the kid in capitals": strings.ToUpper(kid) + "." + rest,
		"long":                strings.Repeat("a", 1<<16),
	} {
		if n, err := k.ReadReceipt("fest", other); n != 0 || sale.CodeOf(err) != sale.CodeNotFound {
			t.Errorf("%s: %d, %v; want CodeNotFound", name, n, err)
		}
	}
}

// The mac's last character has bits to spare; only one spelling counts.
func TestOneReceiptHasOneSpelling(t *testing.T) {
	k := tempKeys(t)
	receipt := k.Receipt("fest", 12)
	for c := range 256 {
		other := receipt[:len(receipt)-1] + string([]byte{byte(c)})
		if _, err := k.ReadReceipt("fest", other); (err == nil) != (other == receipt) {
			t.Errorf("%q: %v", other, err)
		}
	}
}

func FuzzReadReceipt(f *testing.F) {
	k := tempKeys(f)
	for _, number := range []int{1, 12, 4711} {
		f.Add("fest", k.Receipt("fest", number))
	}
	f.Add("fest", "aaaaaaaa.1.AAAAAAAAAAAAAAAAAAAAAA")
	f.Add("other", "..")
	f.Fuzz(func(t *testing.T, slug, receipt string) {
		number, err := k.ReadReceipt(slug, receipt)
		switch {
		case err == nil && k.Receipt(slug, number) != receipt:
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
		k.Receipt("lakeside-2027", 4711)
	}
}

func BenchmarkReadReceipt(b *testing.B) {
	k := tempKeys(b)
	receipt := k.Receipt("lakeside-2027", 4711)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.ReadReceipt("lakeside-2027", receipt); err != nil {
			b.Fatal(err)
		}
	}
}
