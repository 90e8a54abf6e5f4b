package console

import (
	"context"
	"errors"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/doctor"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/plan"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// examined is what a doctor may say.
func examined(context.Context) ([]doctor.Finding, error) {
	return []doctor.Finding{
		{Area: doctor.AreaSettings, Check: "data directory", Subject: "/data", Level: doctor.OK, Found: "can be written"},
		{
			Area: doctor.AreaDomains, Check: "SPF", Subject: "lakeside.example", Level: doctor.Fail, Found: "there is no SPF record",
			Why: "Receivers may refuse the mails.", Do: "Publish one.", Records: []doctor.Record{{Name: "lakeside.example", Type: "TXT", Value: "v=spf1 -all"}},
		},
		{Area: doctor.AreaDomains, Check: "DMARC", Subject: "lakeside.example", Level: doctor.Warn, Found: "there is no DMARC record", Do: "Publish one."},
	}, nil
}

// about finds the item with a title.
func about(t *testing.T, items []templates.ChecklistItem, title string) templates.ChecklistItem {
	t.Helper()
	for _, i := range items {
		if i.Title == title {
			return i
		}
	}
	t.Fatalf("there is nothing about %q", title)
	return templates.ChecklistItem{}
}

// TestChecklistItems: each thing is done, to be looked at or wrong for a
// reason that stands beside it.
func TestChecklistItems(t *testing.T) {
	h := newHouse(t, func(o *Options) { o.Place.MailLimits = plan.Limits{PerHour: 100_000} })
	good := lakeside()
	good.Registration = sale.Registration{Opens: noon.Add(7 * 24 * time.Hour), Closes: noon.Add(9 * 24 * time.Hour)}
	good.Dispatch.Starts, good.Dispatch.Ends = noon.Add(10*24*time.Hour), noon.Add(17*24*time.Hour)
	good.Dispatch.Quiet = sale.QuietHours{From: 22 * 3600, To: 8 * 3600}
	good.Title["de"] = "Seefest"
	good.Organizer.Privacy, good.Organizer.Imprint = "https://x.example/p", "https://x.example/i"
	for i := range good.Tickets.Types {
		good.Tickets.Types[i].Title["de"] = "Tag"
	}
	beating := line.Signs{Holder: true, LeaseUntil: noon.Add(time.Second)}
	for name, c := range map[string]struct {
		change func(*line.State, *line.Signs)
		title  string
		state  string
		says   string
		result string // of the last test mail
	}{
		"good dates":     {nil, "Dates", isDone, "closes 2 days later", ""},
		"opens tomorrow": {func(s *line.State, _ *line.Signs) { s.Sale.Registration.Opens = noon.Add(23 * time.Hour) }, "Dates", isLook, "within a day", ""},
		"opens for an hour": {func(s *line.State, _ *line.Signs) {
			s.Sale.Registration.Closes = s.Sale.Registration.Opens.Add(time.Hour)
		}, "Dates", isLook, "short time", ""},
		"goes on during the event": {func(s *line.State, _ *line.Signs) { s.Sale.Event.Starts = noon.Add(16 * 24 * time.Hour) }, "Dates", isLook, "before the event", ""},
		"starts at night": {func(s *line.State, _ *line.Signs) {
			s.Sale.Dispatch.Starts = s.Sale.Dispatch.Starts.Add(11 * time.Hour)
		}, "Dates", isLook, "quiet hours", ""},
		"good caps":     {nil, "Places that can be promised", isDone, "25 guaranteed × 4 tickets = 100 of 100", ""},
		"more promised": {func(s *line.State, _ *line.Signs) { s.Sale.Caps.Guaranteed = 26 }, "Places that can be promised", isWrong, "More is promised than there is", ""},
		"no time for all of them": {func(s *line.State, _ *line.Signs) {
			s.Sale.Dispatch.Ends = s.Sale.Dispatch.Starts.Add(61 * time.Minute)
		}, "Places that can be promised", isWrong, "15 guaranteed fans would get no offer", ""},
		"nobody guaranteed":         {func(s *line.State, _ *line.Signs) { s.Sale.Caps.Guaranteed = 0 }, "Places that can be promised", isLook, "25 could be", ""},
		"nobody on standby":         {func(s *line.State, _ *line.Signs) { s.Sale.Caps.Standby = 0 }, "Places that can be promised", isLook, "Without standby", ""},
		"a good pace":               {nil, "Pace of the mails", isDone, "everything is sold", ""},
		"no pace":                   {func(s *line.State, _ *line.Signs) { s.Sale.Dispatch.Every = "sometimes" }, "Pace of the mails", isLook, "no plan", ""},
		"too slow":                  {func(s *line.State, _ *line.Signs) { s.Sale.Dispatch.Batch, s.Sale.Dispatch.Every = 1, "@every 12h" }, "Pace of the mails", isLook, "Dispatch ends with", ""},
		"both languages":            {nil, "Texts in every language", isDone, "English, German.", ""},
		"a title is missing":        {func(s *line.State, _ *line.Signs) { s.Sale.Title = sale.Text{"en": "Lakeside"} }, "Texts in every language", isLook, "the title in German", ""},
		"own words in one language": {func(s *line.State, _ *line.Signs) { s.Sale.Texts = sale.Texts{"landing": {"de": "Hallo"}} }, "Texts in every language", isLook, "landing in English", ""},
		"small print":               {nil, "Small print", isDone, "linked", ""},
		"no privacy statement":      {func(s *line.State, _ *line.Signs) { s.Sale.Organizer.Privacy = "" }, "Small print", isLook, "privacy statement", ""},
		"no imprint":                {func(s *line.State, _ *line.Signs) { s.Sale.Organizer.Imprint = "" }, "Small print", isLook, "imprint", ""},
		"quiet hours":               {nil, "Quiet hours", isDone, "between 22:00 and 08:00", ""},
		"mails at night": {func(s *line.State, _ *line.Signs) {
			s.Sale.Dispatch.Quiet = sale.QuietHours{}
			s.Sale.Dispatch.Batch = 1
		}, "Quiet hours", isDone, "before the night", ""},
		"mails all night": {func(s *line.State, _ *line.Signs) {
			s.Sale.Dispatch.Quiet, s.Sale.Dispatch.Every = sale.QuietHours{}, "@every 3h"
		}, "Quiet hours", isLook, "at night", ""},
		"the box office has it":     {nil, "Box office", isDone, "version 1", ""},
		"the box office lacks it":   {func(s *line.State, _ *line.Signs) { s.Latest, s.PendingWhy = 2, "it is asleep" }, "Box office", isLook, "it is asleep", ""},
		"a dispatcher":              {nil, "Dispatcher", isDone, "works on this sale", ""},
		"no dispatcher":             {func(_ *line.State, s *line.Signs) { s.Holder = false }, "Dispatcher", isLook, "inturn serve", ""},
		"none yet, for a moment":    {func(_ *line.State, s *line.Signs) { *s = line.Signs{} }, "Dispatcher", isLook, "has taken this sale up yet. One that runs", ""},
		"a dead dispatcher":         {func(_ *line.State, s *line.Signs) { s.LeaseUntil = noon }, "Dispatcher", isLook, "inturn serve", ""},
		"no test mail":              {nil, "A test mail", isLook, "Nobody has sent one", ""},
		"a test mail":               {nil, "A test mail", isDone, "took one to olga@lakeside.example", "accepted"},
		"a test mail that was lost": {nil, "A test mail", isLook, "did not arrive: refused", "refused"},
		"one that came back":        {nil, "A test mail", isLook, "did not arrive: bounced", "bounced"},
		"paused":                    {func(s *line.State, _ *line.Signs) { s.Paused = true }, "Dispatcher", isLook, "Resume it", ""},
	} {
		t.Run(name, func(t *testing.T) {
			result := c.result
			st, signs := line.State{ID: 1, Sale: good, Latest: 1, Stored: 1}, beating
			if c.change != nil {
				c.change(&st, &signs)
			}
			list, err := h.s.lookAt(t.Context(), st)
			if err != nil {
				t.Fatal(err)
			}
			list.signs = signs
			list.kept = map[line.CheckItem]line.Checked{line.CheckMail: {At: noon, Actor: "olga@lakeside.example", Detail: "x " + result}}
			if result == "" {
				list.kept = nil
			}
			got := about(t, list.items(), c.title)
			if got.State != c.state || !strings.Contains(got.Text+" "+got.Do, c.says) {
				t.Errorf("%s: %q %q, want %s with %q", got.State, got.Text, got.Do, c.state, c.says)
			}
			if got.State != isDone && got.Do == "" {
				t.Error("nobody is told what to do")
			}
		})
	}
}

// TestChecklistLeadsOn to where a thing is put right, and nobody to where he
// may not go.
func TestChecklistLeadsOn(t *testing.T) {
	h := newHouse(t)
	const path = "/sales/lakeside-2027"
	m, v := h.as("manager"), h.as("viewer")
	m.want(m.get(path+"/checklist"), 200, `href="`+path+`/settings#organizer">Add it`, `href="`+path+`/test-mail">Send`, `href="`+path+`/plan">`)
	v.want(v.get(path+"/checklist"), 200, "There is no address of a privacy statement.", `href="`+path+`/plan">See`, "-/settings", "-/test-mail")
	for _, at := range []string{"/settings", "/test-mail", "/steer"} {
		m.want(m.get(path+at), 200)
	}
	m.want(m.get(path+"/settings"), 200, `id="organizer"`)
	m.want(m.get(path+"/steer"), 200, `id="dispatch"`)
}

// TestCaughtMailIsFound: the frame leads to it whoever may see it, and the page
// of test mails does not send anybody to look for what never left.
func TestCaughtMailIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		change []func(*Options)
		seen   map[string]bool // by whom the mailbox is found
	}{
		"no mail is caught":  {nil, map[string]bool{"owner": false, "manager": false}},
		"on this machine":    {[]func(*Options){catching(t, true)}, map[string]bool{"owner": true, "manager": true}},
		"others come in too": {[]func(*Options){catching(t, false)}, map[string]bool{"owner": true, "manager": false}},
	} {
		h := newHouse(t, c.change...)
		for who, seen := range c.seen {
			b, want := h.as(who), `-<a href="/mailbox">Mailbox</a>`
			if seen {
				want = want[1:]
			}
			t.Log(name, who)
			b.want(b.get("/sales/lakeside-2027/test-mail"), 200, want)
		}
	}
	h := newHouse(t, catching(t, true))
	b := h.as("manager")
	w := b.post("/sales/lakeside-2027/test-mail", url.Values{"kind": {"offer"}, "lang": {"de"}})
	b.want(w, 303)
	lease, _, err := h.line.Acquire(t.Context(), "lakeside-2027", "test", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	mails, _, err := h.line.LeaseMails(t.Context(), line.Hand{Leases: []line.Lease{lease}, Most: 10})
	if err != nil || len(mails) != 1 {
		t.Fatal(mails, err)
	}
	if err := h.line.Record(t.Context(), line.Tried{Mail: mails[0], Result: line.ResultAccepted, Code: 250}); err != nil {
		t.Fatal(err)
	}
	b.want(b.get(w.Header().Get("Location")), 200, `it was caught in the <a href="/mailbox">mailbox</a>.`, "-spam folder")
}

// TestKeysBackedUp: who confirmed it and when, until a newer key is made.
func TestKeysBackedUp(t *testing.T) {
	made := noon.Add(-time.Hour)
	h := newHouse(t, func(o *Options) { o.Place.KeysMade = func() (time.Time, error) { return made, nil } })
	const path = "/sales/lakeside-2027/checklist"
	manager := h.as("manager")
	manager.want(manager.get(path), 200, "Nobody has confirmed it.", "The keys are backed up")
	manager.want(manager.post(path+"/keys", nil), 303)
	manager.want(manager.get(path), 200, "manager@lakeside.example confirmed it Fri 12 March 2027, 12:00 CET", "Noted", "Backed up again")
	viewer := h.as("viewer")
	viewer.want(viewer.get(path), 200, "manager@lakeside.example confirmed it", "-<form method=\"post\" action=\"/sales/lakeside-2027")
	made = noon.Add(time.Hour)
	manager.want(manager.get(path), 200, "a key was made after that")
}

// TestDoctorOnRequest: looking asks nobody; asking keeps what he says.
func TestDoctorOnRequest(t *testing.T) {
	asked := 0
	h := newHouse(t, func(o *Options) {
		o.Place.Examine = func(ctx context.Context) ([]doctor.Finding, error) { asked++; return examined(ctx) }
	})
	const path = "/sales/lakeside-2027/checklist"
	b := h.as("manager")
	b.want(b.get(path), 200, "It has not been asked yet.", "Ask the doctor")
	if asked != 0 {
		t.Error("a look asks the doctor")
	}
	b.want(b.post(path+"/doctor", nil), 303)
	for range 2 {
		b.want(b.get(path), 200, "manager@lakeside.example asked", "1 of 3 things are fine.", "there is no SPF record", "lakeside.example TXT v=spf1 -all", "Receivers may refuse the mails.", "there is no DMARC record", "-can be written")
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
	h.open(func(o *Options) { o.Place.Examine = examined }) // another process
	b.want(b.get(path), 200, "there is no SPF record", "-ask again before")
	h.at(noon.Add(8 * 24 * time.Hour))
	b = h.as("manager")
	b.want(b.get(path), 200, "That was 8 days ago: ask again")

	h.open()
	b = h.as("manager")
	b.want(b.get(path), 200, "Run <code>inturn doctor</code> on the machine.", "-Ask again</button>")
	b.want(b.post(path+"/doctor", nil), 422)
}

// TestDoctorTakesTooLong, or is asked twice at once, or fails.
func TestDoctorTakesTooLong(t *testing.T) {
	var answer func(ctx context.Context) ([]doctor.Finding, error)
	h := newHouse(t, func(o *Options) {
		o.Place.Examine = func(ctx context.Context) ([]doctor.Finding, error) { return answer(ctx) }
	})
	b := h.as("manager")
	const path = "/sales/lakeside-2027/checklist"
	answer = func(ctx context.Context) ([]doctor.Finding, error) {
		if at, ok := ctx.Deadline(); !ok || time.Until(at) > examineFor {
			t.Errorf("he may take until %s", at)
		}
		return nil, context.DeadlineExceeded
	}
	b.want(b.post(path+"/doctor", nil), 422, "was not done after 12 seconds", "inturn doctor")
	b.want(b.get(path), 200, "It has not been asked yet.")

	var second *httptest.ResponseRecorder
	answer = func(ctx context.Context) ([]doctor.Finding, error) {
		second = b.post(path+"/doctor", nil)
		return examined(ctx)
	}
	b.want(b.post(path+"/doctor", nil), 303)
	b.want(second, 422, "Somebody has just asked the doctor")

	answer = func(context.Context) ([]doctor.Finding, error) { return nil, errors.New("broken") }
	b.want(b.post(path+"/doctor", nil), 500, "-broken")
}

// TestPlanOfASale: assumptions are asked for by the address, and what is
// wrong with them stands beside them.
func TestPlanOfASale(t *testing.T) {
	h := newHouse(t, func(o *Options) { o.Place.MailLimits = plan.Limits{PerHour: 100} })
	b := h.as("viewer")
	const path = "/sales/lakeside-2027/plan"
	b.want(b.get(path), 200, "Sold out", "How the sale would go", "<table", "The mail limit of 100 an hour", `value="70"`, `value="3"`)
	b.want(b.get(path+"?buys=0&declines=0"), 200, "Sold at the end", "100 are left", `value="0"`)
	b.want(b.get(path+"?buys=100&declines=0&tickets=4&takes=0s&demand=5"), 200, "Sold at the end", "<dd>20 ", "80 are left")
	for field, typed := range map[string]string{"buys": "most", "declines": "40", "tickets": "5", "takes": "1h", "demand": "none"} {
		b.want(b.get(path+"?"+field+"="+typed), 200, `id="`+field+`-wrong"`, `value="`+typed+`"`, "-<figure")
	}
	none := lakeside()
	none.Dispatch.Ends = none.Dispatch.Starts.Add(time.Hour)
	if got := h.s.forecast(none, assume(none, func(string) string { return "" }), ""); len(got.Figures) != 1 || got.Chart != "" {
		t.Errorf("no time for an offer: %+v", got)
	}
}
