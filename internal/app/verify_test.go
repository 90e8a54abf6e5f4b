package app

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
)

// Verify looks at every database that is here. With a box office over the
// wire that is the one that a setting names, or the only one there is, but
// not a file that was left beside the line; and it never says that all is well
// having looked at nothing.
func TestVerifyLooksAtWhatIsHere(t *testing.T) {
	data, none := "INTURN_DATA="+t.TempDir(), "INTURN_LINE_DSN=sqlite:"+filepath.Join(t.TempDir(), "none.db")
	apart, named := "INTURN_DATA="+t.TempDir(), "INTURN_BOXOFFICE_DSN=sqlite:"+filepath.Join(t.TempDir(), "box.db")
	const far, secret = "INTURN_PEER_URL=https://box.example", "INTURN_PEER_SECRET=0123456789abcdef"
	now := time.Date(2027, 3, 12, 12, 0, 0, 0, time.UTC)
	parts := func(env ...string) *Parts {
		p, err := NewParts(PartsOptions{Settings: load(t, env...), Clock: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { p.Close() })
		return p
	}
	for _, env := range [][]string{{data}, {apart, named}} {
		if _, err := parts(env...).Apply(t.Context(), lakeside(now), line.Edit{Actor: "test", Source: line.FromFile}); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		env   []string
		notes int
	}{
		"both in one directory":           {[]string{data}, 0},
		"left beside the line":            {[]string{data, far, secret}, 1},
		"named by a setting":              {[]string{apart, named, far, secret}, 0},
		"the box office alone":            {[]string{data, none}, 1},
		"the box office alone, and a URL": {[]string{data, none, far, secret}, 1},
	} {
		r, err := parts(c.env...).Verify(t.Context())
		if err != nil || len(r.Problems) > 0 || r.Checked == 0 || len(r.Notes) != c.notes {
			t.Errorf("%s: %d checks, problems %v, notes %q, %v", name, r.Checked, r.Problems, r.Notes, err)
		}
	}
}
