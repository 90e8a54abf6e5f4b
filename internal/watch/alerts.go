package watch

import (
	"cmp"
	"fmt"
	"time"

	"github.com/inturn/inturn/internal/chart"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// alerts are what has to be known at once, the most important first. What
// somebody ordered is warm, what broke is bad. Of a sale that is over it is told
// what may still be put right: a freeze, mail that goes on leaving, a version.
func (v view) alerts() []templates.LiveAlert {
	var all []templates.LiveAlert
	over := !v.At.Before(v.State.Sale.Dispatch.Ends)
	for _, a := range []struct {
		when  bool
		alert func() templates.LiveAlert
	}{
		{v.State.Frozen, v.frozen},
		{v.State.Paused && !over, v.paused},
		{v.BoxErr != nil && !over, v.boxOfficeGone},
		{v.dispatcherGone() && !over, v.nobodyDispatches},
		{v.mailFails(), v.mailFailing},
		{v.State.Pending(), v.pending},
	} {
		if a.when {
			all = append(all, a.alert())
		}
	}
	return all
}

func (v view) path(page string) string { return "/sales/" + v.State.Sale.Slug + "/" + page }

func (v view) frozen() templates.LiveAlert {
	since := v.State.FrozenSince.In(v.zone).Format("15:04:05 MST")
	if v.clock(v.State.FrozenSince) != v.State.FrozenSince.In(v.zone).Format("15:04") {
		since = v.clock(v.State.FrozenSince) // of another day
	}
	a := templates.LiveAlert{
		Kind: "warm", Title: "Frozen since " + since + ", for " + sale.Spelled(v.lasted()),
		Says: "No clock runs, no offer is made, and no link is mailed. Links that are out wait, and get the time back when you release the sale.",
		At:   v.path("freeze"), Do: "Release it…",
	}
	if v.State.FrozenWhy != "" {
		a.Says += " Why: " + v.State.FrozenWhy
	}
	return a
}

// lasted is how long the freeze lasts, to the minute once seconds say nothing.
func (v view) lasted() time.Duration {
	d := max(v.At.Sub(v.State.FrozenSince), 0)
	if d >= 10*time.Minute {
		return d.Truncate(time.Minute)
	}
	return d
}

func (v view) paused() templates.LiveAlert {
	return templates.LiveAlert{
		Kind: "warm", Title: "Paused", Says: "No new offer is made and no offer mail leaves. Links that are out run on.",
		At: v.path("steer"), Do: "Resume it…",
	}
}

// boxOfficeGone leads to what keeps the fans' time until it is back: a freeze,
// where there is none yet.
func (v view) boxOfficeGone() templates.LiveAlert {
	a := templates.LiveAlert{
		Kind: "bad", Title: "The box office does not answer",
		Says: "Nothing new is offered and nothing goes to the next in line until it does. If fans cannot buy either, freeze the sale: then nobody loses time.",
		At:   v.path("freeze"), Do: "Freeze the sale…",
	}
	if v.State.Frozen {
		a.Says, a.At, a.Do = "Nothing new is offered and nothing goes to the next in line until it does.", "", ""
	}
	return a
}

// dispatcherGone wants more than a lease that nobody has taken yet: a sale
// that was just written has none for a moment, and none is missed before the
// form opens.
func (v view) dispatcherGone() bool {
	if v.At.Before(v.State.Sale.Registration.Opens) {
		return false
	}
	s := v.Signs
	if s.LeaseUntil.IsZero() {
		return v.State.Last > 0
	}
	return v.At.Sub(s.LeaseUntil) >= time.Minute
}

func (v view) nobodyDispatches() templates.LiveAlert {
	title := "No dispatcher works on this sale"
	if !v.Signs.LeaseUntil.IsZero() {
		title = "No dispatcher has worked on this sale since " + v.clock(v.Signs.LeaseUntil)
	}
	return templates.LiveAlert{
		Kind: "bad", Title: title,
		Says: "No offer is made, none is closed, and no mail leaves. Start one: inturn serve.",
	}
}

// mailFails says whether the newest hand-over failed by a fault that is not
// the recipient's, and something waits for the next one.
func (v view) mailFails() bool {
	return (v.Mails.Last.Result == line.ResultFault || v.Mails.Last.Result == line.ResultAside) && v.unsent() > 0
}

// unsent is how many mails wait to be handed over.
func (v view) unsent() (n int) {
	for _, waiting := range v.Queues.Mails {
		n += waiting
	}
	return n
}

func (v view) mailFailing() templates.LiveAlert {
	wait := "mails wait"
	if v.unsent() == 1 {
		wait = "mail waits"
	}
	return templates.LiveAlert{
		Kind: "bad", Title: "Mail is not leaving",
		Says: fmt.Sprintf("The mail server would not take any from us, %s; %s %s and will be tried again. No link's time runs before its mail has left.",
			v.ago(v.Mails.Last.At), chart.Number(v.unsent()), wait),
		At: v.path("checklist"), Do: "Ask the doctor…",
	}
}

func (v view) pending() templates.LiveAlert {
	return templates.LiveAlert{
		Kind: "warm", Title: fmt.Sprintf("Version %d is not at the box office yet", v.State.Latest),
		Says: cmp.Or(v.State.PendingWhy, "It is told as soon as it answers."),
	}
}
