package dispatcher

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/sale"
)

// TestOutageIsLoggedOnce: an outage is one line in the log, and one when it
// is over, although its text differs from beat to beat. What comes on top of
// it is told.
func TestOutageIsLoggedOnce(t *testing.T) {
	var log bytes.Buffer
	d := Dispatcher{Options: Options{Logger: slog.New(slog.NewTextHandler(&log, nil))}}
	away := func(port int) error {
		return fmt.Errorf("collect for lake: %w", sale.Wrap(sale.CodeUnavailable, fmt.Errorf("read from port %d: reset", port), "the box office does not answer"))
	}
	said := ""
	beat := func(want string, err error) {
		t.Helper()
		log.Reset()
		said = d.sayOnce(t.Context(), said, err)
		if got := log.String(); (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("logged %q, want %q", got, want)
		}
	}
	beat("", nil)
	beat("port 1", errors.Join(away(1)))
	beat("", errors.Join(away(2)))
	beat("a bug", errors.Join(away(3), errors.New("a bug")))
	beat("", errors.Join(away(4), errors.New("a bug")))
	beat("another bug", errors.Join(away(5), errors.New("another bug")))
	beat("port 6", errors.Join(away(6)))
	beat("works again", nil)
	beat("", nil)
}
