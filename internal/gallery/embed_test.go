package gallery

import (
	"context"
	"io"
	"net/http"
	"os"
	"testing"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// branded is the festival as its organizer would have it look.
func branded(t *testing.T) *sale.Sale {
	t.Helper()
	drawing, err := os.ReadFile("../../testdata/sales/lakeside.svg")
	if err != nil {
		t.Fatal(err)
	}
	logo, err := sale.ReadLogo(drawing)
	if err != nil {
		t.Fatal(err)
	}
	s := lakeside()
	s.Brand = sale.Brand{Accent: "#a3195b", Logo: logo}
	return s
}

// brandScenes are pages in an organizer's own look, and the form on other
// sites.
func brandScenes(t *testing.T) []scene {
	own := func(lang string) templates.Frame {
		f := frame(lang)
		f.Sale = branded(t)
		return f
	}
	all := []scene{
		{"branded-landing", func(t *templates.Templates, w io.Writer, lang string) error {
			return t.LandingPage(w, templates.LandingPage{Frame: own(lang), Notice: templates.NoticeGuaranteed, Action: "/lakeside-2027"})
		}},
		{"branded-over", func(t *templates.Templates, w io.Writer, lang string) error {
			return t.OverPage(w, templates.OverPage{Frame: own(lang), Why: "expired", Ends: noon})
		}},
		{"embed-demo", func(t *templates.Templates, w io.Writer, lang string) error {
			return t.EmbedDemoPage(w, templates.EmbedDemoPage{
				Frame: own(lang), URL: "https://tickets.example", Origins: []string{"https://festival.example"}, Takes: true,
				FrameURL: "/lakeside-2027/" + lang + "/embed?preview", Action: "/lakeside-2027",
			})
		}},
	}
	embed := func(name string, change func(*templates.EmbedPage)) {
		all = append(all, scene{"embed-" + name, func(t *templates.Templates, w io.Writer, lang string) error {
			d := templates.EmbedPage{
				LandingPage: templates.LandingPage{Frame: own(lang), Notice: templates.NoticeGuaranteed, Action: "/lakeside-2027/" + lang + "/embed"},
				LandingURL:  "/lakeside-2027/" + lang,
			}
			change(&d)
			return t.EmbedPage(w, d)
		}})
	}
	embed("open", func(*templates.EmbedPage) {})
	embed("before", func(d *templates.EmbedPage) { d.Notice = templates.NoticeBefore })
	embed("standby", func(d *templates.EmbedPage) { d.Notice, d.Paused = templates.NoticeStandby, true })
	embed("full", func(d *templates.EmbedPage) { d.Notice = templates.NoticeFull })
	embed("bad-address", func(d *templates.EmbedPage) { d.Problem, d.Typed = "bad_address", "fan@example" })
	embed("done", func(d *templates.EmbedPage) {
		d.Done = &templates.EmbedPlace{Number: 1412, Class: sale.Guaranteed, PlaceURL: "/lakeside-2027/place/k1.12.mac"}
	})
	embed("already", func(d *templates.EmbedPage) {
		d.Already = &templates.AlreadyPage{Address: "fan@example.org", Receipt: true}
	})
	return all
}

// serveBrand adds what the scenes of this file load beside static files.
func serveBrand(t *testing.T, s *web.Server, ts *templates.Templates) {
	about := branded(t)
	s.ServeBrands(func(context.Context, string) (*sale.Sale, error) { return about, nil })
	s.Echo().GET(templates.EmbedScriptPath, echo.WrapHandler(ts.EmbedScript()))
	s.Echo().GET("/:sale/:lang/embed", func(c echo.Context) error {
		web.FramedBy(c, web.OwnPages)
		return web.Page(c, http.StatusOK, func(w io.Writer) error {
			return ts.EmbedPage(w, templates.EmbedPage{
				LandingPage: templates.LandingPage{
					Frame:  templates.Frame{Lang: c.Param("lang"), Sale: about},
					Notice: templates.NoticeGuaranteed, Action: c.Request().URL.Path,
				},
				Origins: "http://" + c.Request().Host, LandingURL: "/",
			})
		})
	})
}
