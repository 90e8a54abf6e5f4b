package console

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// begin starts a set-up and gives the path of its draft.
func (b *browser) begin() string {
	b.Helper()
	w := b.post("/sales/new", nil)
	b.want(w, 303)
	path, ok := strings.CutSuffix(w.Header().Get("Location"), "/event")
	if !ok || !strings.HasPrefix(path, "/sales/new/") {
		b.Fatalf("begins at %q", w.Header().Get("Location"))
	}
	return path
}

// The forms of a newcomer's way, with what a browser sends of each step.
func eventForm() url.Values {
	return url.Values{
		"languages": {"en", "de"}, "title.en": {"Harbour Nights 2027"}, "title.de": {"Hafennächte 2027"}, "slug": {"harbour-nights-2027"},
		"organizer.name": {"Harbour Ltd."}, "organizer.privacy": {"https://harbour.example/privacy"}, "to": {"next"},
	}
}

func datesForm() url.Values {
	return url.Values{
		"timezone": {"Europe/Zurich"}, "registration.opens": {"2027-03-24T10:00"}, "registration.closes": {"2027-03-26T10:00"},
		"dispatch.starts": {"2027-03-26T12:00"}, "dispatch.ends": {"2027-04-05T12:00"}, "to": {"next"},
	}
}

func ticketsForm() url.Values {
	return url.Values{
		"tickets.types[0].title.en": {"Friday"}, "tickets.types[0].title.de": {"Freitag"}, "tickets.types[0].stock": {"4,000"}, "tickets.types[0].price": {"85"},
		"tickets.types[1].title.en": {"Saturday"}, "tickets.types[1].title.de": {"Samstag"}, "tickets.types[1].stock": {"6000"}, "tickets.types[1].price": {"95,50"},
		"tickets.max_per_fan": {"4"}, "currency": {"CHF"}, "payment": {"none"}, "to": {"next"},
	}
}

func placesForm() url.Values {
	return url.Values{"caps.guaranteed": {"2500"}, "caps.standby": {"7500"}, "to": {"next"}}
}

func mailsForm() url.Values {
	return url.Values{
		"mail.from": {"Harbour <tickets@harbour.example>"}, "mail.receipt": {"on"}, "dispatch.every": {"@every 5m"}, "dispatch.batch": {"250"},
		"dispatch.link_life": {"1h"}, "dispatch.quiet": {"22:00-08:00"}, "to": {"next"},
	}
}

// walk goes through a set-up from step to step.
func (b *browser) walk(draft string) {
	b.Helper()
	for _, step := range []struct {
		name, next string
		form       url.Values
	}{
		{"event", "dates", eventForm()},
		{"dates", "tickets", datesForm()},
		{"tickets", "places", ticketsForm()},
		{"places", "mails", placesForm()},
		{"mails", "preview", mailsForm()},
	} {
		b.want(b.get(draft+"/"+step.name), 200, "-aria-invalid")
		w := b.post(draft+"/"+step.name, step.form)
		b.want(w, 303)
		if to := w.Header().Get("Location"); to != draft+"/"+step.next {
			b.Errorf("%s leads to %q: %s", step.name, to, w.Body)
		}
	}
}

// TestSetUp is the way from the first page to the sale.
func TestSetUp(t *testing.T) {
	h := newHouse(t, func(o *Options) { o.Place.RegistrationURL = "https://tickets.example" })
	b := h.as("owner")
	b.want(b.get("/"), 200, `href="/sales/new"`)
	b.want(b.get("/sales/new"), 200, "Set up a sale", "-Begun, not created yet")
	draft := b.begin()
	b.want(b.get("/sales/new"), 200, "Begun, not created yet", "A sale without a title")
	b.walk(draft)
	b.want(b.get("/sales/new"), 200, "Harbour Nights 2027")
	b.want(b.get("/"), 200, "Begun, not created yet", `href="`+draft+`/event">Harbour Nights 2027</a>`)
	h.as("manager").want(h.as("manager").get("/"), 200, "-Harbour Nights")
	b.want(b.get(draft+"/preview"), 200, "https://tickets.example/harbour-nights-2027", "4,000 × Friday, CHF 85.00; 6,000 × Saturday, CHF 95.50",
		"2,500 guaranteed, 7,500 on standby", "Create the sale", `src="`+draft+`/landing/en/preview"`)
	b.want(b.get(draft+"/preview?lang=de"), 200, `src="`+draft+`/landing/de/preview"`)
	landing := b.get(draft + "/landing/de/preview")
	b.want(landing, 200, "Hafennächte 2027", `lang="de"`, "Samstag")
	if policy := landing.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors 'self'") {
		t.Errorf("the preview cannot be framed: %s", policy)
	}
	// Until it is created nobody else sees anything.
	if _, err := h.line.Sale(t.Context(), "harbour-nights-2027"); sale.CodeOf(err) != sale.CodeNotFound {
		t.Errorf("a draft is a sale: %v", err)
	}
	w := b.post(draft+"/preview", url.Values{"to": {"create"}})
	b.want(w, 303)
	if to := w.Header().Get("Location"); to != "/sales/harbour-nights-2027/checklist" {
		t.Errorf("leads to %q", to)
	}
	b.want(b.get("/sales/harbour-nights-2027/checklist"), 200, "The sale is created.", "things are done", "https://tickets.example/harbour-nights-2027")
	b.want(b.get(draft+"/event"), 404)
	b.want(b.post(draft+"/preview", url.Values{"to": {"create"}}), 404, "its sale is created") // a button that was pressed twice

	st, err := h.line.Sale(t.Context(), "harbour-nights-2027")
	if err != nil {
		t.Fatal(err)
	}
	zurich := func(text string) time.Time {
		at, err := time.ParseInLocation(wall, text, st.Sale.Location())
		if err != nil {
			t.Fatal(err)
		}
		return at.UTC()
	}
	want := sale.Sale{
		Slug: "harbour-nights-2027", Version: 1, Title: sale.Text{"en": "Harbour Nights 2027", "de": "Hafennächte 2027"}, Timezone: "Europe/Zurich",
		Languages: []string{"en", "de"}, Currency: "CHF", Organizer: sale.Organizer{Name: "Harbour Ltd.", Privacy: "https://harbour.example/privacy"},
		Registration: sale.Registration{Opens: zurich("2027-03-24T10:00"), Closes: zurich("2027-03-26T10:00")},
		Tickets: sale.Tickets{MaxPerFan: 4, Capacity: 10_000, Types: []sale.TicketType{
			{ID: "friday", Title: sale.Text{"en": "Friday", "de": "Freitag"}, Stock: 4000, Price: 8500},
			{ID: "saturday", Title: sale.Text{"en": "Saturday", "de": "Samstag"}, Stock: 6000, Price: 9550},
		}},
		Caps: sale.Caps{Guaranteed: 2500, Standby: 7500},
		Dispatch: sale.Dispatch{
			Starts: zurich("2027-03-26T12:00"), Ends: zurich("2027-04-05T12:00"), Every: "@every 5m", Batch: 250, LinkLife: time.Hour,
			Quiet: sale.QuietHours{From: 22 * 3600, To: 8 * 3600},
		},
		Payment: sale.PaymentNone, Mail: sale.MailSettings{From: "Harbour <tickets@harbour.example>", Receipt: true},
	}
	if diff := cmp.Diff(want, st.Sale); diff != "" || st.Latest != 1 || st.Stored != 1 {
		t.Errorf("version %d, stored %d, -want +got\n%s", st.Latest, st.Stored, diff)
	}
}

// TestEveryGuessIsGood: a newcomer who types only what nobody can guess has a
// sale.
func TestEveryGuessIsGood(t *testing.T) {
	h := newHouse(t)
	b := h.as("owner")
	draft := b.begin()
	for step, typed := range map[string]url.Values{
		"event":   {"languages": {"en"}, "title.en": {"Été à l'Île"}, "organizer.name": {"Île & Cie."}},
		"tickets": {"tickets.types[0].title.en": {"Day"}, "tickets.types[0].stock": {"500"}, "tickets.types[0].price": {"0"}, "tickets.max_per_fan": {"2"}, "currency": {"EUR"}, "payment": {"none"}},
	} {
		typed.Set("to", "stay")
		b.want(b.post(draft+"/"+step, typed), 303)
	}
	b.want(b.get(draft+"/preview"), 200, "Create the sale")
	b.want(b.post(draft+"/preview", url.Values{"to": {"create"}}), 303)
	st, err := h.line.Sale(t.Context(), "ete-a-lile")
	if err != nil {
		t.Fatal(err)
	}
	s := st.Sale
	if s.Timezone != "Europe/Zurich" { // where the newest sale is
		t.Errorf("zone %s", s.Timezone)
	}
	if want := (sale.Caps{Guaranteed: 250, Standby: 750}); s.Caps != want {
		t.Errorf("caps %v", s.Caps)
	}
	if s.Mail.From != "Île & Cie <tickets@lakeside.example>" || !s.Mail.Receipt {
		t.Errorf("from %q, receipt %v", s.Mail.From, s.Mail.Receipt)
	}
	if s.Dispatch.Batch != 25 || s.Dispatch.Every != "@every 5m" || s.Dispatch.LinkLife != time.Hour || s.Tickets.Types[0].ID != "day" {
		t.Errorf("%+v", s.Dispatch)
	}
	opens := s.Registration.Opens.In(s.Location())
	if opens.Weekday() != time.Wednesday || opens.Hour() != 10 || opens.Sub(noon) < 9*24*time.Hour || opens.Sub(noon) > 18*24*time.Hour {
		t.Errorf("opens %s", opens)
	}
}

// TestMistakesStandBesideTheirFields, and what was typed is kept.
func TestMistakesStandBesideTheirFields(t *testing.T) {
	h := newHouse(t)
	b := h.as("owner")
	draft := b.begin()
	b.walk(draft)
	for name, c := range map[string]struct {
		step        string
		form        url.Values
		field, says string
		kept        string
	}{
		"no title":            {"event", with(eventForm(), "title.en", "", "title.de", ""), "title-en", "is missing", "Harbour Ltd."},
		"no language":         {"event", without(eventForm(), "languages"), "languages", "tick at least one language", "Harbour Nights 2027"},
		"an address in use":   {"event", with(eventForm(), "slug", "lakeside-2027"), "slug", "there is a sale at this address already", "lakeside-2027"},
		"a reserved address":  {"event", with(eventForm(), "slug", "healthz"), "slug", "is a reserved word", "healthz"},
		"no zone":             {"dates", with(datesForm(), "timezone", "Nowhere"), "timezone", "is not a time zone", `value="Nowhere"`},
		"closes before":       {"dates", with(datesForm(), "registration.closes", "2027-03-23T10:00"), "registration-closes", "is not after the opening", "2027-03-23T10:00"},
		"closed long ago":     {"dates", with(datesForm(), "registration.opens", "2020-03-01T10:00", "registration.closes", "2020-03-26T10:00"), "registration-closes", "has passed", "2020-03-26T10:00"},
		"over long ago":       {"dates", with(datesForm(), "registration.opens", "2020-03-01T10:00", "registration.closes", "2020-03-26T10:00", "dispatch.starts", "2020-03-26T12:00", "dispatch.ends", "2020-04-01T10:00"), "dispatch-ends", "has passed", "2020-04-01T10:00"},
		"a day without time":  {"dates", without(datesForm(), "registration.opens"), "registration-opens", `">is missing<`, "2027-03-26T10:00"},
		"no end of the event": {"dates", with(datesForm(), "event.starts", "2027-06-12T18:00", "event.ends", ""), "event-ends", "what begins has an end", "2027-06-12T18:00"},
		"signs in an address": {"event", with(eventForm(), "slug", "Nacht der Töne"), "slug", "cannot be an address", "Nacht der Töne"},
		"no kind of ticket":   {"tickets", url.Values{"tickets.max_per_fan": {"4"}, "to": {"next"}}, "tickets-types-0-title-en", "what do fans buy?", `value="4"`},
		"an hour that is not": {"dates", with(datesForm(), "dispatch.starts", "2027-03-28T02:30"), "dispatch-starts", "does not exist in Europe/Zurich", "2027-03-28T02:30"},
		"no date at all":      {"dates", with(datesForm(), "registration.opens", "soon"), "registration-opens", "is not a time", `value="soon"`},
		"not a number":        {"tickets", with(ticketsForm(), "tickets.types[1].stock", "many"), "tickets-types-1-stock", "is not a whole number", `value="many"`},
		"not a price":         {"tickets", with(ticketsForm(), "tickets.types[0].price", "€85"), "tickets-types-0-price", "is not an amount", `value="€85"`},
		"a kind without name": {"tickets", with(ticketsForm(), "tickets.types[1].title.en", "", "tickets.types[1].title.de", ""), "tickets-types-1-title-en", "is missing", "95,50"},
		"above the venue":     {"tickets", with(ticketsForm(), "tickets.venue_maximum", "5,000"), "tickets-types-1-stock", "is more than the 5,000 that the venue holds<", `value="5,000"`},
		"too many promised":   {"places", with(placesForm(), "caps.guaranteed", "2600"), "caps-guaranteed", "2,500", `value="2600"`},
		"no sender":           {"mails", with(mailsForm(), "mail.from", "nobody"), "mail-from", "is not", `value="nobody"`},
		"no schedule":         {"mails", with(mailsForm(), "dispatch.every", "other", "every.other", "often"), "every-other", "is not a schedule", `value="often"`},
		"no batch":            {"mails", with(mailsForm(), "dispatch.batch", "0"), "dispatch-batch", "is less than 1", `value="0"`},
		"no life":             {"mails", with(mailsForm(), "dispatch.link_life", "long"), "dispatch-link_life", "long", `value="long"`},
	} {
		t.Run(name, func(t *testing.T) {
			b := *b
			b.house = &house{TB: t, line: h.line, box: h.box, s: h.s, pages: h.pages}
			b.now.Store(h.now.Load())
			w := b.post(draft+"/"+c.step, c.form)
			b.want(w, 422, `id="`+c.field+`-wrong">`, c.says, c.kept, `aria-invalid="true"`, "Everything you typed is kept.")
			// It is there again, with its mistake, whenever one comes back.
			b.want(b.get(draft+"/"+c.step), 200, `id="`+c.field+`-wrong">`, c.kept)
			b.want(b.get(draft+"/preview"), 200, "not right yet", "-Create the sale")
			b.want(b.post(draft+"/preview", url.Values{"to": {"create"}}), 422, "not right yet")
			restore := map[string]func() url.Values{"event": eventForm, "dates": datesForm, "tickets": ticketsForm, "places": placesForm, "mails": mailsForm}
			b.want(b.post(draft+"/"+c.step, restore[c.step]()), 303)
			b.want(b.get(draft+"/preview"), 200, "Create the sale")
		})
	}
}

// TestMeant: what nobody could misunderstand is understood.
func TestMeant(t *testing.T) {
	for typed, want := range map[string]string{
		"Zurich": "Europe/Zurich", "Zürich": "Europe/Zurich", "zuerich": "Europe/Zurich", "europe/zurich": "Europe/Zurich", "Europe/Zurich": "Europe/Zurich",
		"New York": "America/New_York", "utc": "UTC", "Nowhere": "Nowhere", "": "", "/": "/", "CET": "CET",
	} {
		if got := zoneNamed(typed); got != want {
			t.Errorf("the zone %q is taken for %q, not %q", typed, got, want)
		}
	}
}

// TestCurrencyFollowsTheZone until somebody chooses one.
func TestCurrencyFollowsTheZone(t *testing.T) {
	h := newHouse(t)
	b := h.as("owner")
	draft := b.begin()
	b.want(b.post(draft+"/dates", with(datesForm(), "timezone", "London")), 303)
	b.want(b.get(draft+"/tickets"), 200, `name="currency" value="GBP"`)
	b.want(b.post(draft+"/tickets", with(ticketsForm(), "currency", "GBP")), 303)
	b.want(b.post(draft+"/dates", with(datesForm(), "timezone", "Zürich")), 303)
	b.want(b.get(draft+"/tickets"), 200, `name="currency" value="CHF"`)
	b.want(b.post(draft+"/tickets", with(ticketsForm(), "currency", "EUR")), 303)
	b.want(b.post(draft+"/dates", with(datesForm(), "timezone", "London")), 303)
	b.want(b.get(draft+"/tickets"), 200, `name="currency" value="EUR"`)
}

func without(form url.Values, name string) url.Values {
	form.Del(name)
	return form
}

func with(form url.Values, changes ...string) url.Values {
	for i := 0; i < len(changes); i += 2 {
		form.Set(changes[i], changes[i+1])
	}
	return form
}

// TestBackAndForth: every button keeps what was typed, right or wrong, and a
// restart keeps it too.
func TestBackAndForth(t *testing.T) {
	h := newHouse(t)
	b := h.as("owner")
	draft := b.begin()
	for _, to := range []string{"back", "stay", "mails", "row", "preview", "nonsense"} {
		form := with(ticketsForm(), "tickets.types[0].stock", "many "+to, "to", to)
		b.want(b.post(draft+"/tickets", form), 303)
		b.want(b.get(draft+"/tickets"), 200, `value="many `+to+`"`)
	}
	h.open() // another process
	b.want(b.get(draft+"/tickets"), 200, `value="many nonsense"`, "Friday")
	// A step's form changes nothing of another step's.
	b.want(b.post(draft+"/places", url.Values{"tickets.types[0].stock": {"1"}, "slug": {"stolen"}, "caps.standby": {"9"}, "to": {"stay"}}), 303)
	b.want(b.get(draft+"/tickets"), 200, `value="many nonsense"`)
	b.want(b.get(draft+"/event"), 200, "-stolen")
	b.want(b.get(draft+"/places"), 200, `value="9"`)
	for _, path := range []string{draft + "/nowhere", "/sales/new/0/event", "/sales/new/x/event", "/sales/new/999/event"} {
		b.want(b.get(path), 404)
	}
	b.want(b.post(draft+"/discard", nil), 303)
	b.want(b.get(draft+"/event"), 404)
}

// TestDraftsAreTheirOrganizers: another owner finds nothing at the same
// address.
func TestDraftsAreTheirOrganizers(t *testing.T) {
	h := newHouse(t)
	b := h.as("owner")
	draft := b.begin()
	address, err := parseAddress("second@lakeside.example")
	if err != nil {
		t.Fatal(err)
	}
	owner, err := h.line.OrganizerAt(t.Context(), mustAddress(t, "owner@lakeside.example"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.line.AddOrganizer(t.Context(), line.NewOrganizer{Address: address, Passphrase: owner.Passphrase}, true, "house"); err != nil {
		t.Fatal(err)
	}
	other := h.as("second")
	other.want(other.get(draft+"/event"), 404)
	other.want(other.get(draft+"/landing/en/preview"), 404)
	other.want(other.post(draft+"/event", eventForm()), 404)
	other.want(other.post(draft+"/discard", nil), 303)
	b.want(b.get(draft+"/event"), 200)
}

func mustAddress(t *testing.T, text string) sale.Address {
	t.Helper()
	a, err := parseAddress(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestSuggestionsFollow: what nobody touched goes on following what it
// follows from; what somebody chose stays.
func TestSuggestionsFollow(t *testing.T) {
	h := newHouse(t)
	b := h.as("owner")
	draft := b.begin()
	b.walk(draft)
	b.want(b.get(draft+"/places"), 200, "10,000 tickets", "4 each", "2,500 guaranteed", "7,500 on standby", "-You have chosen other numbers")
	b.want(b.post(draft+"/tickets", with(ticketsForm(), "tickets.types[1].stock", "16000")), 303)
	b.want(b.get(draft+"/places"), 200, "20,000 tickets", `value="5000"`, `value="15000"`)
	b.want(b.post(draft+"/places", url.Values{"caps.guaranteed": {"4000"}, "caps.standby": {"15000"}, "to": {"next"}}), 303)
	b.want(b.post(draft+"/tickets", with(ticketsForm(), "tickets.types[1].stock", "26000")), 303)
	b.want(b.get(draft+"/places"), 200, `value="4000"`, "You have chosen other numbers")
	// The address follows the title until somebody changes it.
	b.want(b.post(draft+"/event", with(eventForm(), "title.en", "Quay Nights")), 303) // the old one was sent along, untouched
	b.want(b.get(draft+"/event"), 200, `value="quay-nights"`)
	b.want(b.post(draft+"/event", with(eventForm(), "slug", "mine")), 303)
	b.want(b.post(draft+"/event", with(eventForm(), "slug", "mine", "title.en", "Other")), 303)
	b.want(b.get(draft+"/event"), 200, `value="mine"`)
}

// TestTheScheduleHasItsSay: what only the schedule can tell of a sale is told
// beside its field as well.
func TestTheScheduleHasItsSay(t *testing.T) {
	h := newHouse(t, func(o *Options) {
		o.Sales.CheckSale = func(sale.Sale) error {
			return &sale.Error{Code: sale.CodeInvalid, Message: "no", Fields: []sale.FieldError{{Field: "dispatch.quiet", Message: "lets no moment pass"}}}
		}
	})
	b := h.as("owner")
	draft := b.begin()
	b.want(b.post(draft+"/event", eventForm()), 303)
	b.want(b.post(draft+"/tickets", ticketsForm()), 303)
	b.want(b.post(draft+"/mails", mailsForm()), 422, `id="dispatch-quiet-wrong"`, "lets no moment pass", "The plan is shown once this is right")
	b.want(b.post(draft+"/preview", url.Values{"to": {"create"}}), 422, "lets no moment pass")
}

// TestSomebodyWasQuicker: a sale that came to be between the last look and the
// creation is not written over, and the draft is still there.
func TestSomebodyWasQuicker(t *testing.T) {
	h := newHouse(t, func(o *Options) {
		o.Sales.Write = func(context.Context, BoxOffice, sale.Sale, line.Edit) (string, error) {
			return "", sale.E(sale.CodeSaleChanged, "version 1 is newer")
		}
	})
	b := h.as("owner")
	draft := b.begin()
	b.walk(draft)
	b.want(b.post(draft+"/preview", url.Values{"to": {"create"}}), 422, "There is a sale with the address", "harbour-nights-2027")
	b.want(b.get(draft+"/event"), 200, "Harbour Nights 2027")
}

// TestTheBoxOfficeIsAway: the sale is there, and it is said what it waits for.
func TestTheBoxOfficeIsAway(t *testing.T) {
	h := newHouse(t, func(o *Options) {
		write := o.Sales.Write
		o.Sales.Write = func(ctx context.Context, box BoxOffice, s sale.Sale, e line.Edit) (string, error) {
			_, err := write(ctx, box, s, e)
			return "it is asleep", err
		}
	})
	b := h.as("owner")
	draft := b.begin()
	b.walk(draft)
	b.want(b.post(draft+"/preview", url.Values{"to": {"create"}}), 303)
	b.want(b.get("/sales/harbour-nights-2027/checklist"), 200, "Its box office does not have it yet (it is asleep)")
}
