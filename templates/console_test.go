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
	return slices.Concat(accessSamples(), textsSamples(), fanSamples(), steerSamples(), watchSamples(), setupSamples(), freezeSamples())
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
		{"people", "everybody", func(t *Templates, w io.Writer) error {
			f := consoleFrameFor("People")
			f.Sale = nil
			return t.People(w, PeoplePage{
				ConsoleFrame: f, Typed: "<x>", TypedSale: "lakeside-2027", TypedRole: "manager", Wrong: map[string]string{"address": "No.", "role": "No."},
				People: []PersonLine{
					{ID: 1, Address: "ann@lakeside.example", Joined: noon, Everything: true, Factor: true, You: true},
					{ID: 2, Address: "<b>@lakeside.example", Joined: noon, Roles: []RoleLine{{"lakeside-2027", "Lakeside <2027>", sale.RoleManager}}},
					{ID: 3, Address: "cat@lakeside.example", Joined: noon},
				},
				Invitations: []InvitationLine{{Ref: "a", Address: "x", Everything: true, Mail: "mailed", Made: noon, Ends: noon}, {Ref: "b", Address: "y", Sale: "Lakeside", Role: sale.RoleViewer, Over: true, Made: noon, Ends: noon}},
				Sales:       []SaleChoice{{"lakeside-2027", "Lakeside"}},
				Link:        &PeopleLink{Address: "x", URL: "https://console.example/reset/x", Ends: noon, Reset: true},
			})
		}},
		{"people", "of a sale", func(t *Templates, w io.Writer) error {
			return t.People(w, PeoplePage{
				ConsoleFrame: consoleFrameFor("People"),
				People:       []PersonLine{{ID: 1, Address: "ann@lakeside.example", Joined: noon, Everything: true}, {ID: 2, Address: "ben@lakeside.example", Joined: noon, Role: sale.RoleManager}},
				Invitations:  []InvitationLine{{Ref: "a", Address: "x", Role: sale.RoleOwner, Mail: "could not be delivered", Made: noon, Ends: noon}},
				Link:         &PeopleLink{Address: "x", URL: "https://console.example/invitation/x", Ends: noon, Mailed: true},
			})
		}},
		{"people", "a new link", func(t *Templates, w io.Writer) error {
			return t.People(w, PeoplePage{ConsoleFrame: consoleFrameFor("People"), Link: &PeopleLink{Address: "x", URL: "https://console.example/invitation/x", Ends: noon, Renewed: true}})
		}},
		{"people", "no sale", func(t *Templates, w io.Writer) error {
			return t.People(w, PeoplePage{ConsoleFrame: consoleFrameFor("People"), Link: &PeopleLink{Address: "x", URL: "https://console.example/invitation/x", Ends: noon}})
		}},
		{"invitation", "to join", func(t *Templates, w io.Writer) error {
			return t.Invitation(w, InvitationPage{ConsoleFrame: ConsoleFrame{Title: "You are invited"}, Inviter: "<ann>", Address: "x", SaleTitle: "<L>", Role: sale.RoleManager, Ends: noon, Shortest: 12, Wrong: map[string]string{"repeated": "No."}})
		}},
		{"invitation", "there", func(t *Templates, w io.Writer) error {
			return t.Invitation(w, InvitationPage{ConsoleFrame: ConsoleFrame{Title: "You are invited"}, Inviter: "ann", Address: "x", SaleTitle: "L", Role: sale.RoleOwner, Ends: noon, There: true, To: "/invitation/a.b"})
		}},
		{"invitation", "mine", func(t *Templates, w io.Writer) error {
			return t.Invitation(w, InvitationPage{ConsoleFrame: ConsoleFrame{Title: "You are invited", Who: "x"}, Inviter: "ann", Address: "x", Everything: true, Ends: noon, There: true, Mine: true})
		}},
		{"invitation", "somebody else", func(t *Templates, w io.Writer) error {
			return t.Invitation(w, InvitationPage{ConsoleFrame: ConsoleFrame{Title: "You are invited", Who: "y"}, Inviter: "ann", Address: "x", SaleTitle: "L", Role: sale.RoleViewer, Ends: noon})
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
