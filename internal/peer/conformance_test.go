package peer_test

import (
	"testing"

	"github.com/inturn/inturn/internal/peer/peertest"
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
