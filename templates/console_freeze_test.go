package templates

import (
	"io"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

func freezeSamples() []consoleSample {
	past := Incident{
		Freeze: sale.Freeze{N: 1, Began: noon, Ended: noon.Add(20 * time.Minute)},
		Actor:  "bea@lakeside.example", Why: "the <payment> was down", EndedBy: "ann@lakeside.example", EndedWhy: "it is up again", Moved: 212,
	}
	page := func(what string, change func(*FreezePage)) consoleSample {
		return consoleSample{"freeze", what, func(t *Templates, w io.Writer) error {
			d := FreezePage{
				ConsoleFrame: consoleFrameFor("Freeze"), Timezone: "Europe/Zurich", Links: 96, Word: "freeze",
				Past: []Incident{past}, Act: FreezeAct{Name: "freeze"},
			}
			change(&d)
			return t.Freeze(w, d)
		}}
	}
	return []consoleSample{
		page("running", func(*FreezePage) {}),
		page("mistyped", func(d *FreezePage) {
			d.Act.Form = FanForm{Wrong: map[string]string{"why": "No.", "confirm": "No."}}
		}),
		page("frozen", func(d *FreezePage) {
			d.Frozen, d.Since, d.For, d.By, d.Why, d.Untold = true, noon, time.Minute, "bea@lakeside.example", "<down>", "The box office could not be told yet."
			d.Act.Name = "release"
		}),
		page("only looking", func(d *FreezePage) { d.Sale = &ConsoleSale{Slug: "x", Title: "X", Role: sale.RoleViewer}; d.Past = nil }),
		page("ended", func(d *FreezePage) { d.Ended, d.Paused = true, true }),
	}
}
