package e2e

import (
	"testing"

	"github.com/inturn/inturn/internal/e2e/e2etest"
)

func TestMain(m *testing.M) { e2etest.Main(m) }
