package registration

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
)

// countedSales has no sales and counts who asks.
type countedSales struct {
	sales
	asked int
}

func (c *countedSales) Sales(context.Context) ([]line.State, error) {
	c.asked++
	return nil, nil
}

// Everybody who asks for a sale that is not on the board has it read anew,
// since it may be there by now; but those who came while the same reading was
// awaited share it.
func TestCrowdForNothingSharesReadings(t *testing.T) {
	all := &countedSales{}
	b := newBoard(Options{Clock: func() time.Time { return noon }, Logger: slog.New(slog.DiscardHandler)})
	b.line = all
	want := func(what string, n int) {
		t.Helper()
		if all.asked != n {
			t.Errorf("%s: %d readings, want %d", what, all.asked, n)
		}
	}
	if _, err := b.sale(t.Context(), "nothing"); err == nil {
		t.Error("a sale that is not there was found")
	}
	want("the first who asks waits for one reading", 1)
	came := b.begun.Load()
	if _, err := b.sale(t.Context(), "nothing"); err == nil {
		t.Error("a sale that is not there was found")
	}
	want("the next one has it read anew", 2)
	for range 100 {
		if err := b.readSince(t.Context(), came); err != nil {
			t.Fatal(err)
		}
	}
	want("a crowd that came before that reading", 2)
}
