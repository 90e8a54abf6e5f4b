package sqldb

import (
	"path/filepath"
	"strings"
	"testing"
)

// Parameters of a SQLite name can be dropped in silence; what counts is what
// the connection really runs with.
func TestCheckRefusesConnectionsThatWouldLoseCommits(t *testing.T) {
	for _, c := range []struct{ journal, sync, want string }{
		{"journal_mode(WAL)", "synchronous(FULL)", ""},
		{"journal_mode(WAL)", "synchronous(NORMAL)", "written to disk"},
		{"journal_mode(WAL)", "synchronous(OFF)", "written to disk"},
		{"journal_mode(DELETE)", "synchronous(FULL)", "write-ahead"},
	} {
		s, err := openSessions(sqliteName(filepath.Join(t.TempDir(), "x.db"), c.journal, c.sync), 1)
		if err != nil {
			t.Fatal(err)
		}
		err = s.check(t.Context(), true)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: got %v, want %q", c.journal, c.sync, err, c.want)
		}
		if err := s.close(); err != nil {
			t.Error(err)
		}
	}
}
