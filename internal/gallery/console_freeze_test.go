package gallery

import (
	"io"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// freezeScenes are the page on which a sale's clocks are stopped.
func freezeScenes() []scene {
	began := noon.Add(3 * time.Hour)
	before := templates.Incident{
		Freeze: sale.Freeze{N: 1, Began: began.Add(-26 * time.Hour), Ended: began.Add(-26*time.Hour + 20*time.Minute)},
		Actor:  "bea@lakeside.example", Why: "The payment was down.", EndedBy: "ann@lakeside.example", EndedWhy: "It is up again.", Moved: 212,
	}
	lasting := templates.Incident{Freeze: sale.Freeze{N: 2, Began: began}, Actor: "bea@lakeside.example", Why: "The hall has no network."}
	page := func(name string, change func(*templates.FreezePage)) scene {
		return scene{"freeze" + name, func(t *templates.Templates, w io.Writer, _ string) error {
			d := templates.FreezePage{
				ConsoleFrame: saleFrame("Freeze", "freeze"), Timezone: "Europe/Zurich", Links: 96, Word: "freeze",
				Past: []templates.Incident{before}, Act: templates.FreezeAct{Name: "freeze"},
			}
			change(&d)
			return t.Freeze(w, d)
		}}
	}
	frozen := func(d *templates.FreezePage) {
		d.Sale.Phase, d.Frozen, d.Since, d.For, d.By, d.Why = "frozen", true, began, 12*time.Minute, lasting.Actor, lasting.Why
		d.Past, d.Act.Name = []templates.Incident{lasting, before}, "release"
	}
	return []scene{
		page("", func(*templates.FreezePage) {}),
		page("-first", func(d *templates.FreezePage) { d.Past, d.Links = nil, 0 }),
		page("-mistyped", func(d *templates.FreezePage) {
			d.Act.Form = templates.FanForm{
				Typed: map[string]string{"confirm": "freze"}, Problem: "Nothing was done.",
				Wrong: map[string]string{"why": "is missing", "confirm": "This is not “freeze”."},
			}
		}),
		page("-frozen", func(d *templates.FreezePage) {
			frozen(d)
			d.Notice = "The sale is frozen: no clock of it runs."
		}),
		page("-untold", func(d *templates.FreezePage) {
			frozen(d)
			d.Paused, d.Ended = true, true
			d.Untold = "The box office could not be told yet. It is told as soon as it can be reached, and then goes by the freeze from its beginning; until then it refuses links whose old end has passed."
		}),
		page("-seen", func(d *templates.FreezePage) {
			frozen(d)
			d.Sale.Role, d.Sale.Manages, d.Sale.Owns = sale.RoleViewer, false, false
		}),
	}
}
