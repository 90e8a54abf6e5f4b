package watch

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/figures"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

var noon = time.Date(2027, 3, 12, 11, 0, 0, 0, time.UTC)

// running is a sale in which everything is well; change makes it another.
func running(change func(s *figures.Snapshot)) view {
	s := figures.Snapshot{
		At: noon,
		State: line.State{
			Last: 12, GuaranteedGiven: 4, Reached: 6, Batch: 2, NextBatch: noon.Add(time.Minute), Period: time.Minute, Latest: 3, Stored: 3,
			Sale: sale.Sale{
				Slug: "lake", Timezone: "Europe/Zurich", Caps: sale.Caps{Guaranteed: 4, Standby: 20},
				Registration: sale.Registration{Opens: noon.Add(-time.Hour), Closes: noon.Add(time.Hour)},
				Dispatch:     sale.Dispatch{Starts: noon.Add(-time.Hour), Ends: noon.Add(5 * time.Hour), Batch: 3, LinkLife: time.Hour},
			},
		},
		Offers: figures.Offers{Complete: true}, Mails: figures.Mails{Complete: true, Last: line.HandOver{ID: 1, Result: line.ResultAccepted, At: noon.Add(-30 * time.Second)}},
		Units:    figures.Units{Known: true, Complete: true, Stock: sale.Stock{Pools: []sale.PoolStock{{Pool: sale.CapacityPool, Issued: 10, Available: 5, Offered: 2, Sold: 3}}}},
		QueuesAt: noon, Signs: line.Signs{Holder: true, LeaseUntil: noon.Add(time.Second), LastSignUp: noon.Add(-5 * time.Minute)},
	}
	if change != nil {
		change(&s)
	}
	return viewOf(s)
}

// TestRoles: each part is well, or it is said what is wrong.
func TestRoles(t *testing.T) {
	for _, c := range []struct {
		role, state, says string
		change            func(s *figures.Snapshot)
	}{
		{"Registration", "good", "5 minutes ago", nil},
		{"Registration", "idle", "opens on 12 March 2027, 12:01", func(s *figures.Snapshot) { s.State.Sale.Registration.Opens = noon.Add(time.Minute) }},
		{"Registration", "idle", "closed on", func(s *figures.Snapshot) { s.State.Sale.Registration.Closes = noon }},
		{"Registration", "idle", "nobody has signed up", func(s *figures.Snapshot) { s.Signs.LastSignUp = time.Time{} }},
		{"Registration", "good", "Full", func(s *figures.Snapshot) { s.State.Last = 24 }},
		{"Dispatcher", "good", "One works", nil},
		{"Dispatcher", "warm", "11 seconds", func(s *figures.Snapshot) { s.Signs.LeaseUntil = noon.Add(-10 * time.Second) }},
		{"Dispatcher", "bad", "since 11:00", func(s *figures.Snapshot) { s.Signs.LeaseUntil = noon.Add(-time.Hour) }},
		{"Dispatcher", "bad", "None works", func(s *figures.Snapshot) { s.Signs = line.Signs{} }},
		{"Box office", "good", "in 0 ms", nil},
		{"Box office", "bad", "does not answer", func(s *figures.Snapshot) { s.BoxErr = errors.New("secret") }},
		{"Box office", "warm", "does not know", func(s *figures.Snapshot) { s.Units.Known = false }},
		{"Mail", "good", "30 seconds ago: accepted. To be handed over: 0 mails.", nil},
		{"Mail", "bad", "would not take mail from us", func(s *figures.Snapshot) { s.Mails.Last.Result = line.ResultFault }},
		{"Mail", "warm", "not known", func(s *figures.Snapshot) { s.Mails.Last.Result = line.ResultUnknown }},
		{"Mail", "idle", "No mail", func(s *figures.Snapshot) { s.Mails.Last = line.HandOver{} }},
		{"Mail", "warm", "1 mail", func(s *figures.Snapshot) {
			s.Mails.Last = line.HandOver{}
			s.Queues.Mails = map[sale.MailKind]int{sale.MailOffer: 1}
		}},
		{"Versions", "good", "Version 3", nil},
		{"Versions", "warm", "Version 4 waits", func(s *figures.Snapshot) { s.State.Latest = 4 }},
	} {
		v := running(c.change)
		for _, r := range v.roles() {
			if r.Name == c.role && (r.State != c.state || !strings.Contains(r.Says, c.says) || r.Word == "") {
				t.Errorf("%s is %s (%s): %s; want %s: %s", r.Name, r.State, r.Word, r.Says, c.state, c.says)
			}
		}
	}
}

// TestNow: what is at a glance, in every state of a sale.
func TestNow(t *testing.T) {
	for _, c := range []struct {
		want   string // parts, each in some figure or alert
		change func(s *figures.Snapshot)
	}{
		{"In line 12|number 6|3 of 10 tickets, 30 %|Next batch 12:01 up to 3 people, batch 3", nil},
		{"Next batch 12:00:30", func(s *figures.Snapshot) {
			s.State.Period, s.State.NextBatch = 30*time.Second, noon.Add(30*time.Second)
		}},
		{"none the sale is paused|warm Paused No new offer|/sales/lake/steer Resume it…", func(s *figures.Snapshot) { s.State.Paused = true }},
		{"none the clocks stand still|warm Frozen since 11:50:00 CET, for 10 minutes No clock|when you release the sale. Why: no network|warm Paused|/sales/lake/freeze Release it…", func(s *figures.Snapshot) {
			s.State.Frozen, s.State.Paused, s.State.FrozenSince, s.State.FrozenWhy = true, true, noon.Add(-10*time.Minute), "no network"
		}},
		{"Frozen since 11 March, 11:59, for 1 day 1 minute No clock", func(s *figures.Snapshot) {
			s.State.Frozen, s.State.FrozenSince = true, noon.Add(-24*time.Hour-time.Minute)
		}},
		{"Frozen since 11:59:35 CET, for 25 seconds|Release it", func(s *figures.Snapshot) {
			s.State.Frozen, s.State.FrozenSince, s.State.Sale.Dispatch.Ends = true, noon.Add(-25*time.Second), noon
		}},
		{"bad No dispatcher has worked on this sale since 11:59 No offer", func(s *figures.Snapshot) { s.Signs.LeaseUntil = noon.Add(-time.Minute) }},
		{"bad No dispatcher works on this sale No offer", func(s *figures.Snapshot) { s.Signs = line.Signs{} }},
		{"bad Mail is not leaving The mail server would not take any from us, 30 seconds ago; 1 mail waits|/sales/lake/checklist Ask the doctor…", func(s *figures.Snapshot) {
			s.Mails.Last.Result, s.Queues.Mails = line.ResultFault, map[sale.MailKind]int{sale.MailOffer: 1}
		}},
		{"bad Mail is not leaving|1,200 mails wait", func(s *figures.Snapshot) {
			s.Mails.Last.Result, s.Queues.Mails = line.ResultAside, map[sale.MailKind]int{sale.MailOffer: 200, sale.MailReceipt: 1000}
		}},
		{"none too little time is left", func(s *figures.Snapshot) { s.State.Sale.Dispatch.Ends = noon.Add(time.Minute) }},
		{"when tickets come back", func(s *figures.Snapshot) { s.State.SoldOut = true }},
		{"not known no dispatcher", func(s *figures.Snapshot) { s.State.NextBatch = time.Time{} }},
		{"when offers begin|nobody yet", func(s *figures.Snapshot) {
			s.State.Reached, s.State.Sale.Dispatch.Starts = 0, noon.Add(time.Hour)
		}},
		{"none the sale has ended|Ended 12:00", func(s *figures.Snapshot) {
			s.State.Sale.Dispatch.Ends = noon
			s.Expected = figures.Expectation{What: figures.EndsOver, From: noon, To: noon}
		}},
		{"Sold not known|bad The box office does not answer|/sales/lake/freeze Freeze the sale…", func(s *figures.Snapshot) { s.Units.Known, s.BoxErr = false, errors.New("x") }},
		{"bad The box office does not answer Nothing new is offered and nothing goes to the next in line until it does.  \n", func(s *figures.Snapshot) {
			s.State.Frozen, s.State.FrozenSince, s.BoxErr = true, noon, errors.New("x")
		}},
		{"warm Version 4 is not at the box office yet no.", func(s *figures.Snapshot) { s.State.Latest, s.State.PendingWhy = 4, "no." }},
		{"13:00 to 14:00 sold out, at 5 to 9 an hour", func(s *figures.Snapshot) {
			s.Expected = figures.Expectation{What: figures.EndsSoldOut, From: noon.Add(time.Hour), To: noon.Add(2 * time.Hour), Pace: [2]int{5, 9}}
		}},
		{"Expected end sold out what comes back", func(s *figures.Snapshot) {
			s.Expected = figures.Expectation{What: figures.EndsSoldOut, From: noon, To: noon}
		}},
		{"when everybody in line", func(s *figures.Snapshot) {
			s.Expected = figures.Expectation{What: figures.EndsNobody, From: noon.Add(time.Hour), To: noon.Add(time.Hour)}
		}},
		{"not before it goes on", func(s *figures.Snapshot) { s.Expected = figures.Expectation{What: figures.EndsStanding, To: noon} }},
	} {
		n := running(c.change).now()
		var all strings.Builder
		for _, f := range n.Figures {
			fmt.Fprintf(&all, "%s %s %s\n", f.Label, f.Value, f.Note)
		}
		for _, a := range n.Alerts {
			fmt.Fprintf(&all, "%s %s %s %s %s\n", a.Kind, a.Title, a.Says, a.At, a.Do)
		}
		for want := range strings.SplitSeq(c.want, "|") {
			if !strings.Contains(all.String(), want) {
				t.Errorf("%q is not said:\n%s", want, &all)
			}
		}
		if c.change == nil && (len(n.Alerts) > 0 || n.Counting != "") {
			t.Errorf("an alert about nothing: %+v", n)
		}
	}
	for why, change := range map[string]func(s *figures.Snapshot){
		"a dispatcher that was heard of": func(s *figures.Snapshot) { s.Signs.LeaseUntil = noon.Add(-59 * time.Second) },
		"one that nobody has needed yet": func(s *figures.Snapshot) { s.Signs, s.State.Last = line.Signs{}, 0 },
		"one before the form opens":      func(s *figures.Snapshot) { s.Signs, s.State.Sale.Registration.Opens = line.Signs{}, noon.Add(1) },
		"a fault when no mail waits":     func(s *figures.Snapshot) { s.Mails.Last.Result = line.ResultFault },
		"a refusal, which is the fan's own": func(s *figures.Snapshot) {
			s.Mails.Last.Result, s.Queues.Mails = line.ResultRefused, map[sale.MailKind]int{sale.MailOffer: 1}
		},
		"a pause of a sale that is over": func(s *figures.Snapshot) { s.State.Paused, s.State.Sale.Dispatch.Ends = true, noon },
		"parts of a sale that is over": func(s *figures.Snapshot) {
			s.Signs, s.BoxErr, s.State.Sale.Dispatch.Ends = line.Signs{}, errors.New("x"), noon
		},
	} {
		if n := running(change).now(); len(n.Alerts) > 0 {
			t.Errorf("an alert about %s: %+v", why, n.Alerts)
		}
	}
	if n := running(func(s *figures.Snapshot) { s.Mails.Complete = false }).now(); n.Counting == "" {
		t.Error("it is not said that something is still being counted")
	}
}

// TestEverythingHasAWord: no state of an offer and no kind of mail is shown by
// the name that the database has for it.
func TestEverythingHasAWord(t *testing.T) {
	for _, state := range figures.OfferStates() {
		if stateWords(state) == string(state) {
			t.Errorf("the state %s has no word", state)
		}
	}
	for _, kind := range sale.MailKinds() {
		if kindWords(kind) == string(kind) {
			t.Errorf("the kind %s has no word", kind)
		}
	}
}

// TestLiveIsTheSameForTheSame: what did not change is not told again.
func TestLiveIsTheSameForTheSame(t *testing.T) {
	pages, err := templates.New()
	if err != nil {
		t.Fatal(err)
	}
	draw := func(v view) map[string]string {
		all := map[string]string{}
		fragments, err := Live(pages, v.Snapshot, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fragments {
			all[f.Name] = string(f.HTML)
		}
		return all
	}
	before := draw(running(nil))
	after := draw(running(func(s *figures.Snapshot) { s.At = s.At.Add(3 * time.Second) }))
	for name, html := range before {
		if same := html == after[name]; same == (name == "now" || name == "roles") {
			t.Errorf("three seconds later %s is the same: %v", name, same)
		}
	}
}

func TestLengths(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "less than 1 s", 90 * time.Second: "1 min 30 s", time.Hour: "1 h", 25 * time.Hour: "1 d 1 h", 49*time.Hour + 59*time.Minute: "2 d 1 h", time.Hour + time.Second: "1 h",
	} {
		if got := lengthText(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

// TestReportOfTicketsThatNobodyKnows: what the box office has not told is no
// number, and what it told a while ago is said to be that.
func TestReportOfTicketsThatNobodyKnows(t *testing.T) {
	gone := func(s *figures.Snapshot) { s.BoxErr = errors.New("secret") }
	for name, c := range map[string]struct {
		change  func(s *figures.Snapshot)
		missing string
		sold    string
		tables  int
	}{
		"everything is known":    {nil, "", "3 tickets", 1},
		"it is not there":        {gone, "what it had told before", "3 tickets", 1},
		"it was never there":     {func(s *figures.Snapshot) { gone(s); s.Units = figures.Units{} }, "Nothing is said of tickets", "not known", 0},
		"it does not know of it": {func(s *figures.Snapshot) { s.Units = figures.Units{} }, "", "not known", 0},
	} {
		p := Report(figures.Report{Snapshot: running(c.change).Snapshot})
		if !strings.Contains(p.Missing, c.missing) || (p.Missing == "") != (c.missing == "") || strings.Contains(p.Missing, "secret") {
			t.Errorf("%s: %q", name, p.Missing)
		}
		if p.Figures[1].Value != c.sold || len(p.Parts[3].Tables) != c.tables {
			t.Errorf("%s: %+v, %d tables", name, p.Figures[1], len(p.Parts[3].Tables))
		}
	}
}
