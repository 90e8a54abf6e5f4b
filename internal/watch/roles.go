package watch

import (
	"fmt"
	"time"

	"github.com/inturn/inturn/internal/chart"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// roles says how each part is, from what it leaves in the databases: it may
// run on another machine.
func (v view) roles() []templates.LiveRole {
	return []templates.LiveRole{v.registrationRole(), v.dispatcherRole(), v.boxOfficeRole(), v.mailRole(), v.versionRole()}
}

func role(name, state, says string) templates.LiveRole {
	words := map[string]string{"good": "well", "idle": "idle", "warm": "watch this", "bad": "look here"}
	return templates.LiveRole{Name: name, State: state, Word: words[state], Says: says}
}

// registrationRole tells when somebody signed up last. Silence need not mean
// that something is wrong, and is not called so.
func (v view) registrationRole() templates.LiveRole {
	r := v.State.Sale.Registration
	const name = "Registration"
	switch {
	case v.At.Before(r.Opens):
		return role(name, "idle", "The form opens on "+v.long(r.Opens)+".")
	case !v.At.Before(r.Closes):
		return role(name, "idle", "The form closed on "+v.long(r.Closes)+".")
	case v.Signs.LastSignUp.IsZero():
		return role(name, "idle", "The form is open; nobody has signed up yet.")
	case v.State.Last >= v.State.Sale.Caps.Guaranteed+v.State.Sale.Caps.Standby:
		return role(name, "good", "Full. The last sign-up was "+v.ago(v.Signs.LastSignUp)+".")
	}
	return role(name, "good", "The last sign-up was "+v.ago(v.Signs.LastSignUp)+".")
}

// dispatcherRole goes by the lease, which every beat extends.
func (v view) dispatcherRole() templates.LiveRole {
	const name = "Dispatcher"
	switch late := v.At.Sub(v.Signs.LeaseUntil); {
	case v.Signs.Holder && late <= 0:
		return role(name, "good", "One works on this sale.")
	case v.Signs.Holder && late < time.Minute:
		return role(name, "warm", "The one that worked on this sale has not been heard of for "+chart.Number(int(late.Seconds())+1)+" seconds.")
	case v.Signs.LeaseUntil.IsZero():
		return role(name, "bad", "None works on this sale: no offer is made, closed or mailed. Is inturn serve dispatcher running?")
	}
	return role(name, "bad", "None has worked on this sale since "+v.clock(v.Signs.LeaseUntil)+": no offer is made, closed or mailed.")
}

func (v view) boxOfficeRole() templates.LiveRole {
	const name = "Box office"
	switch {
	case v.BoxErr != nil:
		return role(name, "bad", "It does not answer.")
	case !v.Units.Known:
		return role(name, "warm", "It does not know this sale yet.")
	}
	return role(name, "good", fmt.Sprintf("It answers, in %s ms.", chart.Number(int(v.BoxTook.Milliseconds()))))
}

// mailRole goes by the newest hand-over and by what waits.
func (v view) mailRole() templates.LiveRole {
	const name = "Mail"
	waiting := v.unsent()
	last := v.Mails.Last
	queue := "To be handed over: " + sale.Counted(waiting, "mail") + "."
	switch {
	case last.ID == 0 && waiting == 0:
		return role(name, "idle", "No mail has been written yet.")
	case last.ID == 0:
		return role(name, "warm", queue+" None has been handed over yet.")
	case last.Result == line.ResultFault || last.Result == line.ResultAside:
		return role(name, "bad", "The mail server would not take mail from us, "+v.ago(last.At)+". "+queue)
	case last.Result == line.ResultUnknown:
		return role(name, "warm", "How the last hand-over ended is not known, "+v.ago(last.At)+". "+queue)
	}
	return role(name, "good", "The last hand-over was "+v.ago(last.At)+": "+resultWord(last.Result)+". "+queue)
}

func resultWord(r line.MailResult) string {
	if r == line.ResultTemporary {
		return "to be tried again"
	}
	return string(r)
}

func (v view) versionRole() templates.LiveRole {
	const name = "Versions"
	if v.State.Pending() {
		return role(name, "warm", fmt.Sprintf("Version %d waits for the box office.", v.State.Latest))
	}
	return role(name, "good", fmt.Sprintf("Version %d is in force on both sides.", v.State.Stored))
}
