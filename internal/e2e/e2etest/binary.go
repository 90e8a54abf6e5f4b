package e2etest

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// sideBySide is how many tests run at a time: they wait more than they work.
const sideBySide = "6"

// Main runs a package's tests, several at a time unless -parallel says how
// many, and removes what they shared: the binary and the PostgreSQL cluster.
//
//	func TestMain(m *testing.M) { e2etest.Main(m) }
func Main(m *testing.M) {
	flag.Parse()
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "test.parallel" })
	if !asked {
		_ = flag.Set("test.parallel", sideBySide) // cannot fail: it is a number
	}
	sqldbtest.Main(m, binary.remove)
}

// build is the product as it ships, built by the first test that asks.
type build struct {
	once sync.Once
	dir  string
	err  error
}

var binary build

// Binary is the path of the built product.
func Binary(tb testing.TB) string {
	tb.Helper()
	binary.once.Do(func() { binary.dir, binary.err = compile() })
	if binary.err != nil {
		tb.Fatal(binary.err)
	}
	return filepath.Join(binary.dir, "inturn")
}

func compile() (dir string, err error) {
	dir, err = os.MkdirTemp("", "inturn-e2e-")
	if err != nil {
		return "", err
	}
	// Plain flags, so that what `go test ./...` compiled anyway is used.
	cmd := exec.Command("go", "build", "-o", filepath.Join(dir, "inturn"), "github.com/inturn/inturn/cmd/inturn")
	if out, err := cmd.CombinedOutput(); err != nil {
		_ = os.RemoveAll(dir)
		return "", fmt.Errorf("build inturn: %w\n%s", err, out)
	}
	return dir, nil
}

func (b *build) remove() {
	if b.dir != "" {
		_ = os.RemoveAll(b.dir)
	}
}
