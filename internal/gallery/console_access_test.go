package gallery

import (
	"io"

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
		{"error-forbidden", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.ConsoleError(w, templates.ConsoleErrorPage{ConsoleFrame: saleFrame("Something is in the way", ""), Code: "forbidden", Message: "This needs the role manager on this sale; yours is viewer."})
		}},
		{"sales", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.Sales(w, templates.SalesPage{ConsoleFrame: consoleFrame("Sales"), Sales: []templates.SalesLine{
				{Slug: "lakeside-2027", Title: "Lakeside Festival 2027", Phase: "running", Last: 12418, Opens: noon, Starts: noon, Timezone: "Europe/Zurich"},
				{Slug: "hillside-2027", Title: "Hillside 2027", Phase: "not open yet", Opens: noon, Starts: noon, Timezone: "Europe/Zurich"},
			}})
		}},
		{"sales-none", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.Sales(w, templates.SalesPage{ConsoleFrame: consoleFrame("Sales")})
		}},
		{"sale", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.SaleOverview(w, templates.SalePage{ConsoleFrame: saleFrame("Lakeside Festival 2027", "live"), Last: 12418, Reached: 2500})
		}},
	}
}
