package peer_test

import (
	"testing"

	"github.com/inturn/inturn/internal/peer/peertest"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

func TestMain(m *testing.M) { sqldbtest.Main(m) }

func TestConformanceInProcess(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		peertest.Conformance(t, func(t *testing.T) peertest.Fixture { return peertest.InProcess(t, dsn()) })
	})
}

func TestConformanceOverHTTP(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		peertest.Conformance(t, func(t *testing.T) peertest.Fixture { return peertest.OverHTTP(t, dsn()) })
	})
}

// Flows that do not go on from where they were asked for would be added up
// twice, or for ever.
func TestFlowsThatDoNotFitAreNoAnswer(t *testing.T) {
	for _, f := range []sale.Flows{{Position: 6}, {Position: 7, More: true}, {}} {
		if _, err := wire(t, &stub{flows: f}).Flows(t.Context(), "s", 7); sale.CodeOf(err) != sale.CodeUnavailable {
			t.Errorf("%+v after 7: %v", f, err)
		}
	}
}
