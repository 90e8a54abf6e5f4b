package gallery

import (
	"fmt"
	"io"
	"strings"
	"time"

	"rsc.io/qr"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// accessScenes are how organizers get in, and the list of sales.
func accessScenes() []scene {
	nobody := func(title string) templates.ConsoleFrame { return templates.ConsoleFrame{Title: title} }
	return []scene{
		{"signin", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.SignIn(w, templates.SignInPage{ConsoleFrame: nobody("Sign in"), To: "/"})
		}},
		{"signin-refused", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.SignIn(w, templates.SignInPage{ConsoleFrame: nobody("Sign in"), To: "/", Typed: "ann@lakeside.example", Problem: "Address and passphrase do not belong together."})
		}},
		{"join-owner", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.Join(w, templates.JoinPage{ConsoleFrame: nobody("Become the owner"), Shortest: 12, Typed: "ann@lakeside", Wrong: map[string]string{
				"address": "This address is not complete.", "passphrase": "Use at least 12 characters: four or five words do.",
			}})
		}},
		{"again", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.Again(w, templates.AgainPage{ConsoleFrame: saleFrame("Your passphrase, please", ""), Action: "/x", Repeats: true, Problem: "This is not your passphrase."})
		}},
		{"code-refused", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.Code(w, templates.CodePage{ConsoleFrame: nobody("Your second factor"), Problem: "This code is not right, or was used already."})
		}},
		{"account", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.Account(w, templates.AccountPage{ConsoleFrame: consoleFrame("Your account"), Joined: noon, Factor: true, Recoveries: 7, Shortest: 12, Sessions: []templates.SessionLine{
				{Name: "a", Browser: "Firefox on Linux", Began: noon.Add(-26 * time.Hour), Seen: noon, This: true},
				{Name: "b", Browser: "Safari on iPhone", Began: noon.Add(-3 * time.Hour), Seen: noon.Add(-2 * time.Hour)},
			}})
		}},
		{"account-new", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.Account(w, templates.AccountPage{ConsoleFrame: consoleFrame("Your account"), Joined: noon, Shortest: 12, Wrong: map[string]string{"current": "This is not your passphrase."}, Sessions: []templates.SessionLine{
				{Name: "a", Browser: "Firefox on Linux", Began: noon, Seen: noon, This: true},
			}})
		}},
		{"factor", func(t *templates.Templates, w io.Writer, _ string) error {
			code, err := qr.Encode("otpauth://totp/inturn:ann@lakeside.example?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", qr.M)
			if err != nil {
				return err
			}
			var path strings.Builder
			for y := range code.Size {
				for x := range code.Size {
					if code.Black(x, y) {
						fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+4, y+4)
					}
				}
			}
			return t.Factor(w, templates.FactorPage{
				ConsoleFrame: consoleFrame("A second factor"), Secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", URL: "otpauth://totp/inturn", QR: path.String(), Size: code.Size + 8,
			})
		}},
		{"recovery", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.Recovery(w, templates.RecoveryPage{ConsoleFrame: consoleFrame("Your recovery codes"), Added: true, Codes: []string{
				"mzxw-6ytb-oi4d-cmrt", "he2d-kobv-gazx-6ytb", "oi4d-cmrt-he2d-kobv", "gamz-xw6y-tboi-4dcm",
			}})
		}},
		{"reset", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.Reset(w, templates.ResetPage{ConsoleFrame: nobody("A new passphrase"), Address: "ann@lakeside.example", Shortest: 12})
		}},
		{"people", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.People(w, templates.PeoplePage{
				ConsoleFrame: consoleFrame("People"), Sales: []templates.SaleChoice{{Slug: "lakeside-2027", Title: "Lakeside Festival 2027"}},
				People: []templates.PersonLine{
					{ID: 1, Address: "ann@lakeside.example", Joined: noon, Everything: true, Factor: true, You: true},
					{ID: 2, Address: "benedikt.wasserfallen@lakeside.example", Joined: noon, Roles: []templates.RoleLine{
						{Slug: "lakeside-2027", Title: "Lakeside Festival 2027", Role: sale.RoleManager}, {Slug: "hillside-2027", Title: "Hillside 2027", Role: sale.RoleViewer},
					}},
				},
				Invitations: []templates.InvitationLine{
					{Ref: "a", Address: "cat@lakeside.example", Everything: true, Inviter: "ann@lakeside.example", Mail: "mailed", Made: noon, Ends: noon.Add(168 * time.Hour)},
					{Ref: "b", Address: "dan@lakeside.example", Sale: "Lakeside Festival 2027", Role: sale.RoleViewer, Inviter: "ann@lakeside.example", Over: true, Made: noon, Ends: noon.Add(168 * time.Hour)},
				},
			})
		}},
		{"people-of-sale", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.People(w, templates.PeoplePage{
				ConsoleFrame: saleFrame("People", "people"),
				People: []templates.PersonLine{
					{ID: 1, Address: "ann@lakeside.example", Joined: noon, Everything: true, Factor: true, You: true},
					{ID: 2, Address: "benedikt.wasserfallen@lakeside.example", Joined: noon, Role: sale.RoleManager},
				},
				Link: &templates.PeopleLink{Address: "cat@lakeside.example", URL: "https://console.lakeside.example/invitation/mzxw6ytb.mzxw6ytboi4dcmrthe2dkobvga.u3tik0.MUX7phBnNS3XSywNPMsAhQ", Ends: noon.Add(168 * time.Hour), Mailed: true},
				Invitations: []templates.InvitationLine{
					{Ref: "a", Address: "cat@lakeside.example", Role: sale.RoleViewer, Inviter: "ann@lakeside.example", Mail: "could not be delivered", Made: noon, Ends: noon.Add(168 * time.Hour)},
				},
			})
		}},
		{"invitation", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.Invitation(w, templates.InvitationPage{
				ConsoleFrame: nobody("You are invited"), Inviter: "ann@lakeside.example", Address: "ben@lakeside.example", SaleTitle: "Lakeside Festival 2027", Zone: "Europe/Zurich", Role: sale.RoleManager, Ends: noon.Add(168 * time.Hour), Shortest: 12,
			})
		}},
		{"invitation-mine", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.Invitation(w, templates.InvitationPage{
				ConsoleFrame: consoleFrame("You are invited"), Inviter: "ben@lakeside.example", Address: "ann@lakeside.example", Everything: true, Ends: noon.Add(168 * time.Hour), There: true, Mine: true,
			})
		}},
		{"error-forbidden", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.ConsoleError(w, templates.ConsoleErrorPage{ConsoleFrame: saleFrame("Something is in the way", ""), Code: "forbidden", Message: "This needs the role manager on this sale; yours is viewer."})
		}},
		{"sales", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.Sales(w, templates.SalesPage{ConsoleFrame: consoleFrame("Sales"), Sales: []templates.SalesLine{
				{Slug: "lakeside-2027", Title: "Lakeside Festival 2027", Phase: "running", Last: 12418, Opens: noon, Starts: noon, Timezone: "Europe/Zurich"},
				{Slug: "hillside-2027", Title: "Hillside 2027", Phase: "not open yet", Opens: noon, Starts: noon, Timezone: "Europe/Zurich"},
			}, Drafts: []templates.DraftLine{{ID: 1, Step: "event", Title: "Harbour Nights 2027", Changed: noon, Zone: "Europe/Zurich"}}})
		}},
		{"sales-none", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.Sales(w, templates.SalesPage{ConsoleFrame: consoleFrame("Sales")})
		}},
	}
}
