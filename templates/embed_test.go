package templates

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/sale"
)

func embedSamples() []sample {
	var all []sample
	add := func(what string, change func(*EmbedPage)) {
		all = append(all, sample{"registration/embed", what, func(t *Templates, w io.Writer, lang string) error {
			d := EmbedPage{
				LandingPage: LandingPage{Frame: sampleFrame(lang), Notice: NoticeGuaranteed, Action: "/lakeside-2027/en/embed"},
				Origins:     "https://festival.example https://www.festival.example", LandingURL: "/lakeside-2027/en",
			}
			change(&d)
			return t.EmbedPage(w, d)
		}})
	}
	for _, n := range []Notice{NoticeBefore, NoticeGuaranteed, NoticeStandby, NoticeFull, NoticeClosed} {
		add(string(n), func(d *EmbedPage) { d.Notice = n })
	}
	add("problem", func(d *EmbedPage) {
		d.Problem, d.Typed, d.Reason, d.Paused, d.SoldOut = "bad_address", `fan"@example.org`, sale.AddressNoAt, true, true
	})
	add("done", func(d *EmbedPage) {
		d.Done = &EmbedPlace{Number: 2412, Class: sale.Guaranteed, PlaceURL: "/lakeside-2027/place/receipt"}
	})
	add("done, no receipt", func(d *EmbedPage) {
		s := sampleSale()
		s.Mail.Receipt, s.Brand = false, sale.Brand{Accent: "#c2185b"}
		d.Sale, d.Done = s, &EmbedPlace{Number: 2750, Class: sale.Standby, PlaceURL: "/lakeside-2027/place/receipt"}
	})
	add("sent", func(d *EmbedPage) { d.Sent = &SentPage{Address: "Fan@example.org", Until: noon} })
	add("already", func(d *EmbedPage) { d.Already = &AlreadyPage{Address: "Fan@example.org", Receipt: true} })
	add("already, no receipt", func(d *EmbedPage) { d.Already = &AlreadyPage{Address: "Fan@example.org"} })
	for _, takes := range []bool{true, false} {
		all = append(all, sample{"registration/embeddemo", map[bool]string{true: "open", false: "closed"}[takes], func(t *Templates, w io.Writer, lang string) error {
			d := EmbedDemoPage{
				Frame: sampleFrame(lang), URL: "https://tickets.example", Takes: takes,
				FrameURL: "/lakeside-2027/en/embed?preview", Action: "/lakeside-2027",
			}
			if takes {
				d.Origins = []string{"https://festival.example", "https://www.festival.example"}
			}
			return t.EmbedDemoPage(w, d)
		}})
	}
	return all
}

// TestEmbedScript: other sites may load it, and get a mended one soon.
func TestEmbedScript(t *testing.T) {
	w := httptest.NewRecorder()
	newTemplates(t).EmbedScript().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", EmbedScriptPath, nil))
	h := w.Header()
	if h.Get("Content-Type") != "text/javascript; charset=utf-8" || h.Get("Cache-Control") != "public, max-age=300" ||
		h.Get("Cross-Origin-Resource-Policy") != "cross-origin" || !strings.Contains(w.Body.String(), "data-sale") {
		t.Errorf("%v\n%s", h, w.Body)
	}
}
