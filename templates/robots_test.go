package templates

import (
	"io"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// sampleConfirm is the link of the mail that confirms an address.
const sampleConfirm = "https://line.example/lakeside-2027/confirm/k1.ref.end.mac"

// robotSamples are the pages of those who confirm by mail.
func robotSamples() []sample {
	all := []sample{{"registration/sent", "", func(t *Templates, w io.Writer, lang string) error {
		return t.SentPage(w, SentPage{Frame: sampleFrame(lang), Address: "Fan@example.org", Until: noon.Add(24 * time.Hour), LandingURL: "/lakeside-2027"})
	}}}
	for _, n := range []Notice{NoticeGuaranteed, NoticeStandby, NoticeFull} {
		all = append(all, sample{"registration/confirm", string(n), func(t *Templates, w io.Writer, lang string) error {
			return t.ConfirmPage(w, ConfirmPage{
				Frame: sampleFrame(lang), Notice: n, Address: "Fan@example.org",
				Action: "/lakeside-2027/confirm/kid.ref.end.mac", Until: noon.Add(24 * time.Hour),
			})
		}})
	}
	for _, problem := range []string{"", "bad_address", "bad_proof"} {
		all = append(all, sample{"registration/landing", "puzzle " + problem, func(t *Templates, w io.Writer, lang string) error {
			return t.LandingPage(w, LandingPage{
				Frame: sampleFrame(lang), Notice: NoticeGuaranteed, Action: "/lakeside-2027",
				PuzzleURL: "/lakeside-2027/challenge", Problem: problem, Typed: "fan@yopmail.com", Reason: sale.AddressDisposable,
			})
		}})
	}
	return all
}
