package gallery

import (
	"io"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// robotScenes are the pages of a sale that demands a proof of work, and of
// those who confirm by mail.
func robotScenes() []scene {
	landing := func(name, problem string, why sale.Reason) scene {
		return scene{name, func(t *templates.Templates, w io.Writer, lang string) error {
			return t.LandingPage(w, templates.LandingPage{
				Frame: frame(lang), Notice: templates.NoticeGuaranteed, Action: "/lakeside-2027",
				PuzzleURL: "/lakeside-2027/challenge", Problem: problem, Reason: why, Typed: "fan@yopmail.com",
			})
		}}
	}
	return []scene{
		landing("landing-puzzle", "", ""),
		landing("landing-disposable", "bad_address", sale.AddressDisposable),
		{"confirm-sent", func(t *templates.Templates, w io.Writer, lang string) error {
			return t.SentPage(w, templates.SentPage{
				Frame: frame(lang), Address: "fan@example.org", Until: noon.Add(24 * time.Hour), LandingURL: "/lakeside-2027/" + lang,
			})
		}},
		{"confirm", func(t *templates.Templates, w io.Writer, lang string) error {
			return t.ConfirmPage(w, templates.ConfirmPage{
				Frame: frame(lang), Notice: templates.NoticeGuaranteed, Address: "fan@example.org",
				Action: "/lakeside-2027/confirm/k1.ref.end.mac", Until: noon.Add(24 * time.Hour),
			})
		}},
	}
}
