package line_test

import (
	"errors"
	"testing"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// TestEachSigned: everybody who is in line, in order, and nobody who left.
func TestEachSigned(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for i, name := range names(5) {
			in := signUp(name)
			in.Network = int64(-i)
			if _, err := b.SignUp(t.Context(), in); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.Withdraw(t.Context(), "lakeside", 2); err != nil {
			t.Fatal(err)
		}
		var got []line.Signed
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(b.EachSigned(t.Context(), "lakeside", func(s line.Signed) error { got = append(got, s); return nil }))
		if len(got) != 4 || got[0].Canonical != "fan1@example.org" || got[0].Network != 0 || got[1].Number != 3 || got[1].Network != -2 || !got[3].At.Equal(start) {
			t.Errorf("%+v", got)
		}
		stop := errors.New("enough")
		if err := b.EachSigned(t.Context(), "lakeside", func(line.Signed) error { return stop }); !errors.Is(err, stop) {
			t.Errorf("%v", err)
		}
		wantCode(t, b.EachSigned(t.Context(), "meadow", func(line.Signed) error { return nil }), sale.CodeNotFound)
	})
}

// TestEachSignedReadsLongLines whole, over its chunks.
func TestEachSignedReadsLongLines(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		if _, err := b.Apply(t.Context(), bigSale(), "test"); err != nil {
			t.Fatal(err)
		}
		b.store(t, "lakeside")
		const n = 12_001
		b.fill(t, n)
		next := 1
		err := b.EachSigned(t.Context(), "lakeside", func(s line.Signed) error {
			if s.Number != next {
				t.Fatalf("number %d, want %d", s.Number, next)
			}
			next++
			return nil
		})
		if err != nil || next != n+1 {
			t.Errorf("%d were read, %v", next-1, err)
		}
	})
}
