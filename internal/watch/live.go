package watch

import (
	"strings"
	"time"

	"github.com/inturn/inturn/internal/chart"
	"github.com/inturn/inturn/internal/figures"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// view is a snapshot and how it is written.
type view struct {
	figures.Snapshot
	zone *time.Location
}

func viewOf(s figures.Snapshot) view { return view{s, zoneOf(s.State.Sale)} }

// Live makes the parts of the live page that change by themselves. here are
// parts of the asking process that are not well.
func Live(t *templates.Templates, s figures.Snapshot, here []templates.LiveRole) ([]templates.LiveFragment, error) {
	v := viewOf(s)
	var now, roles strings.Builder
	if err := t.LiveNow(&now, v.now()); err != nil {
		return nil, err
	}
	if err := t.LiveRoles(&roles, append(v.roles(), here...)); err != nil {
		return nil, err
	}
	return []templates.LiveFragment{
		{Name: "now", Wide: true, HTML: templates.Made(now.String())},
		{Name: "roles", Wide: true, HTML: templates.Made(roles.String())},
		{Name: "units", Wide: true, HTML: v.units()},
		{Name: "signups", HTML: v.signUps()},
		{Name: "classes", HTML: v.classes()},
		{Name: "funnel", HTML: v.funnel()},
		{Name: "offers", HTML: v.offers()},
		{Name: "mails", HTML: v.mails()},
		{Name: "domains", HTML: v.domains()},
	}, nil
}

func zoneOf(s sale.Sale) *time.Location {
	zone, err := time.LoadLocation(s.Timezone)
	if err != nil {
		return time.UTC // it was checked when it was written
	}
	return zone
}

// clock writes a moment of today, or with its day.
func (v view) clock(t time.Time) string {
	t, now := t.In(v.zone), v.At.In(v.zone)
	switch {
	case t.IsZero():
		return "never"
	case t.Format("2006-01-02") == now.Format("2006-01-02"):
		return t.Format("15:04")
	case t.Year() == now.Year():
		return t.Format("2 January, 15:04")
	}
	return t.Format("2 January 2006, 15:04")
}

// ago writes how long ago something was.
func (v view) ago(t time.Time) string {
	switch d := v.At.Sub(t); {
	case d < 2*time.Second:
		return "just now"
	case d < 2*time.Minute:
		return chart.Number(int(d.Seconds())) + " seconds ago"
	case d < 2*time.Hour:
		return chart.Number(int(d.Minutes())) + " minutes ago"
	default:
		return "on " + v.clock(t)
	}
}
