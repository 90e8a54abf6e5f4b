package app

import (
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/sale"
)

// Readiness says what keeps a version from being in force, not only that
// something does.
func TestVersionsSayWhyTheyWait(t *testing.T) {
	d := newDoor(t)
	versions := probeVersions(d.line)
	d.must(versions(t.Context()))
	next := lakeside(d.now)
	next.Title = sale.Text{"en": "Lakeside Festival"}
	_, err := d.line.Apply(t.Context(), next, "test")
	d.must(err)
	for _, want := range []string{"lakeside (version 2)", "lakeside (version 2: It has version 7 already.)"} {
		if err := versions(t.Context()); sale.CodeOf(err) != sale.CodeUnavailable || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
		d.must(d.line.MarkPending(t.Context(), "lakeside", "It has version 7 already."))
	}
}
