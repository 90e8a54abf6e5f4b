package templates

import (
	"bytes"
	"io"
	"slices"
	"testing"

	"github.com/inturn/inturn/internal/sale"
)

// consoleSample renders one page of the console with data that reaches one of
// its branches.
type consoleSample struct {
	page, what string
	render     func(t *Templates, w io.Writer) error
}

// consoleSamples are all of them; every feature lists its own.
func consoleSamples() []consoleSample {
	return slices.Concat(accessSamples(), textsSamples(), fanSamples(), steerSamples(), watchSamples(), setupSamples())
}

// consoleFrameFor is a frame as an organizer sees it.
func consoleFrameFor(title string) ConsoleFrame {
	return ConsoleFrame{
		Title: title, Who: "ann@lakeside.example", Everything: true, Tab: "live", Notice: "Done.",
		Sale: &ConsoleSale{Slug: "lakeside-2027", Title: "Lakeside <Festival> 2027", Phase: "running", Role: sale.RoleOwner, Manages: true, Owns: true},
	}
}

func accessSamples() []consoleSample {
	return []consoleSample{
		{"error", "with fields", func(t *Templates, w io.Writer) error {
			return t.ConsoleError(w, ConsoleErrorPage{
				ConsoleFrame: consoleFrameFor("Something is in the way"), Code: "invalid", Message: "This is <wrong>.",
				Fields: []sale.FieldError{{Field: "stock", Message: "is empty"}},
			})
		}},
		{"error", "internal", func(t *Templates, w io.Writer) error {
			return t.ConsoleError(w, ConsoleErrorPage{ConsoleFrame: ConsoleFrame{Title: "Something is in the way"}, Code: "internal"})
		}},
		{"again", "repeats", func(t *Templates, w io.Writer) error {
			return t.Again(w, AgainPage{ConsoleFrame: consoleFrameFor("Your passphrase, please"), Action: "/x", Repeats: true, Problem: "No.", Carried: []Carried{{"a", "<1>"}, {"a", "2"}}})
		}},
		{"again", "upload", func(t *Templates, w io.Writer) error {
			return t.Again(w, AgainPage{ConsoleFrame: consoleFrameFor("Your passphrase, please"), Action: "/again", Upload: true})
		}},
		{"code", "refused", func(t *Templates, w io.Writer) error {
			return t.Code(w, CodePage{ConsoleFrame: ConsoleFrame{Title: "Your second factor"}, Problem: "No."})
		}},
		{"account", "with everything", func(t *Templates, w io.Writer) error {
			return t.Account(w, AccountPage{
				ConsoleFrame: ConsoleFrame{Title: "Your account", Who: "ann@lakeside.example", Everything: true}, Joined: noon, Factor: true, Recoveries: 1, Shortest: 12,
				Wrong:    map[string]string{"current": "No.", "passphrase": "No.", "repeated": "No."},
				Sessions: []SessionLine{{Name: "a", Browser: "Firefox on Linux", Began: noon, Seen: noon, This: true}, {Name: "b", Browser: "<b>", Began: noon, Seen: noon}},
			})
		}},
		{"account", "bare", func(t *Templates, w io.Writer) error {
			return t.Account(w, AccountPage{ConsoleFrame: ConsoleFrame{Title: "Your account", Who: "ann@lakeside.example"}, Joined: noon, Shortest: 12})
		}},
		{"factor", "wrong code", func(t *Templates, w io.Writer) error {
			return t.Factor(w, FactorPage{ConsoleFrame: ConsoleFrame{Title: "A second factor", Who: "ann@lakeside.example"}, Secret: "ABCDEFG", URL: "otpauth://totp/x?secret=ABCDEFG", QR: "M0 0h1v1h-1z", Size: 9, Problem: "No."})
		}},
		{"recovery", "new", func(t *Templates, w io.Writer) error {
			return t.Recovery(w, RecoveryPage{ConsoleFrame: ConsoleFrame{Title: "Your recovery codes", Who: "ann@lakeside.example"}, Codes: []string{"abcd-efgh"}})
		}},
		{"reset", "wrong", func(t *Templates, w io.Writer) error {
			return t.Reset(w, ResetPage{ConsoleFrame: ConsoleFrame{Title: "A new passphrase"}, Address: "ann@lakeside.example", Shortest: 12, Wrong: map[string]string{"passphrase": "No."}})
		}},
		{"signin", "empty", func(t *Templates, w io.Writer) error {
			return t.SignIn(w, SignInPage{ConsoleFrame: ConsoleFrame{Title: "Sign in"}, To: "/"})
		}},
		{"signin", "refused", func(t *Templates, w io.Writer) error {
			return t.SignIn(w, SignInPage{ConsoleFrame: ConsoleFrame{Title: "Sign in"}, To: "/", Typed: `a"b@x.example`, Problem: "No."})
		}},
		{"join", "wrong", func(t *Templates, w io.Writer) error {
			return t.Join(w, JoinPage{ConsoleFrame: ConsoleFrame{Title: "Join"}, Typed: "x", Shortest: 12, Wrong: map[string]string{"address": "No.", "passphrase": "No.", "repeated": "No."}})
		}},
		{"sales", "none", func(t *Templates, w io.Writer) error {
			return t.Sales(w, SalesPage{ConsoleFrame: ConsoleFrame{Title: "Sales", Who: "ann@lakeside.example", Everything: true}})
		}},
		{"sales", "one", func(t *Templates, w io.Writer) error {
			return t.Sales(w, SalesPage{
				ConsoleFrame: ConsoleFrame{Title: "Sales", Who: "ann@lakeside.example"},
				Sales:        []SalesLine{{Slug: "lakeside-2027", Title: "Lakeside", Phase: "form open", Last: 2500, Opens: noon, Starts: noon, Timezone: "Europe/Zurich"}},
			})
		}},
	}
}

// TestEveryConsolePage executes every sample, and holds it against what every
// page promises.
func TestEveryConsolePage(t *testing.T) {
	ts := newTemplates(t)
	shown := map[string]bool{}
	for _, s := range consoleSamples() {
		shown[s.page] = true
		t.Run(s.page+"/"+s.what, func(t *testing.T) {
			var b bytes.Buffer
			if err := s.render(ts, &b); err != nil {
				t.Fatal(err)
			}
			checkPage(t, b.String(), "en")
		})
	}
	for _, name := range consoleNames() {
		if !shown[name] {
			t.Errorf("console/%s.html has no sample, so nothing shows that it works", name)
		}
	}
}
