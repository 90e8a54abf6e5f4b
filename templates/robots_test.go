package templates

import (
	"io"
	"time"
)

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
	return all
}
