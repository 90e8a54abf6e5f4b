package sale_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/sale"
)

func TestDiff(t *testing.T) {
	tests := map[string]struct {
		change func(*sale.Sale)
		want   []sale.Change
	}{
		"nothing":      {func(*sale.Sale) {}, nil},
		"version only": {func(s *sale.Sale) { s.Version = 7 }, nil},
		"same instants in another zone": {func(s *sale.Sale) {
			s.Registration.Opens = s.Registration.Opens.In(time.FixedZone("", 3600))
		}, nil},
		"numbers": {
			func(s *sale.Sale) {
				s.Caps.Standby = 8000
				s.Tickets.Types[1].Price = 9900
				s.Dispatch.LinkLife = 90 * time.Minute
			},
			[]sale.Change{
				{Field: "tickets.types.sat.price", Old: "CHF 95.00", New: "CHF 99.00"},
				{Field: "caps.standby", Old: "7,500", New: "8,000"},
				{Field: "dispatch.link_life", Old: "1h", New: "1h30m"},
			},
		},
		"a moment": {
			func(s *sale.Sale) { s.Dispatch.Ends = s.Dispatch.Ends.Add(90 * time.Second) },
			[]sale.Change{{Field: "dispatch.ends", Old: "2027-03-20 12:00 +01:00", New: "2027-03-20 12:01:30 +01:00"}},
		},
		"the zone only": {
			func(s *sale.Sale) { s.Timezone = "Europe/Paris" },
			[]sale.Change{{Field: "timezone", Old: "Europe/Zurich", New: "Europe/Paris"}},
		},
		"texts come and go": {
			func(s *sale.Sale) { s.Title = sale.Text{"en": "Lakeside Festival 2027", "fr": "Festival du lac"} },
			[]sale.Change{{Field: "title.fr", New: "Festival du lac"}, {Field: "title.de", Old: "Seefestival 2027"}},
		},
		"a type gone": {
			func(s *sale.Sale) { s.Tickets.Types = s.Tickets.Types[1:] },
			[]sale.Change{
				{Field: "tickets.types", Old: "fri, sat", New: "sat"},
				{Field: "tickets.types.fri.title.en", Old: "Friday"},
				{Field: "tickets.types.fri.stock", Old: "4,000"},
				{Field: "tickets.types.fri.price", Old: "CHF 85.00"},
			},
		},
		"against robots": {
			func(s *sale.Sale) { s.Robots = robots(); s.Robots.Allow = []string{"a.example", "b.example"} },
			[]sale.Change{
				{Field: "robots.proof_of_work", New: "false"},
				{Field: "robots.work", New: "50,000"},
				{Field: "robots.disposable", New: "flag"},
				{Field: "robots.allow", New: "a.example, b.example"},
				{Field: "robots.networks", New: "true"},
			},
		},
		"a switch": {
			func(s *sale.Sale) { s.Mail.Receipt = false },
			[]sale.Change{{Field: "mail.receipt", Old: "true", New: "false"}},
		},
	}
	for name, tt := range tests {
		next := lakeside()
		tt.change(&next)
		if diff := cmp.Diff(tt.want, sale.Diff(lakeside(), next)); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}

// TestDiffSeesEveryField changes each field in turn: a field that Diff
// forgets could be changed without an audit entry.
func TestDiffSeesEveryField(t *testing.T) {
	changes := map[string]func(*sale.Sale){
		"slug":                func(s *sale.Sale) { s.Slug += "x" },
		"title":               func(s *sale.Sale) { s.Title = sale.Text{"en": "x"} },
		"timezone":            func(s *sale.Sale) { s.Timezone = "UTC" },
		"languages":           func(s *sale.Sale) { s.Languages = []string{"de", "en", "fr", "nl"} },
		"currency":            func(s *sale.Sale) { s.Currency = "EUR" },
		"organizer.name":      func(s *sale.Sale) { s.Organizer.Name += "x" },
		"organizer.imprint":   func(s *sale.Sale) { s.Organizer.Imprint += "x" },
		"organizer.privacy":   func(s *sale.Sale) { s.Organizer.Privacy += "x" },
		"organizer.terms":     func(s *sale.Sale) { s.Organizer.Terms += "x" },
		"registration.opens":  func(s *sale.Sale) { s.Registration.Opens = s.Registration.Opens.Add(1) },
		"registration.closes": func(s *sale.Sale) { s.Registration.Closes = s.Registration.Closes.Add(1) },
		"max_per_fan":         func(s *sale.Sale) { s.Tickets.MaxPerFan++ },
		"venue maximum":       func(s *sale.Sale) { s.Tickets.VenueMaximum = 12_000 },
		"capacity":            func(s *sale.Sale) { s.Tickets.Capacity++ },
		"types, order":        func(s *sale.Sale) { t := s.Tickets.Types; t[0], t[1] = t[1], t[0] },
		"type id":             func(s *sale.Sale) { s.Tickets.Types[0].ID = "x" },
		"type title":          func(s *sale.Sale) { s.Tickets.Types[0].Title = sale.Text{"en": "x"} },
		"type stock":          func(s *sale.Sale) { s.Tickets.Types[0].Stock++ },
		"type price":          func(s *sale.Sale) { s.Tickets.Types[0].Price++ },
		"guaranteed":          func(s *sale.Sale) { s.Caps.Guaranteed++ },
		"standby":             func(s *sale.Sale) { s.Caps.Standby++ },
		"dispatch.starts":     func(s *sale.Sale) { s.Dispatch.Starts = s.Dispatch.Starts.Add(1) },
		"dispatch.ends":       func(s *sale.Sale) { s.Dispatch.Ends = s.Dispatch.Ends.Add(1) },
		"every":               func(s *sale.Sale) { s.Dispatch.Every += "x" },
		"batch":               func(s *sale.Sale) { s.Dispatch.Batch++ },
		"link_life":           func(s *sale.Sale) { s.Dispatch.LinkLife++ },
		"payment":             func(s *sale.Sale) { s.Payment += "x" },
		"from":                func(s *sale.Sale) { s.Mail.From += "x" },
		"reply_to":            func(s *sale.Sale) { s.Mail.ReplyTo += "x" },
		"receipt":             func(s *sale.Sale) { s.Mail.Receipt = !s.Mail.Receipt },
		"alternatives":        func(s *sale.Sale) { s.Mail.Alternatives = nil },
	}
	for name, change := range changes {
		next := lakeside()
		change(&next)
		if len(sale.Diff(lakeside(), next)) == 0 || len(sale.Diff(next, lakeside())) == 0 {
			t.Errorf("%s: no difference seen", name)
		}
	}
}

func TestDiffOfAFirstVersion(t *testing.T) {
	changes := sale.Diff(sale.Sale{}, lakeside())
	if len(changes) < 25 {
		t.Errorf("%d changes", len(changes))
	}
	for _, c := range changes {
		if c.Old != "" || c.New == "" {
			t.Errorf("%+v", c)
		}
	}
}

func TestTighten(t *testing.T) {
	now, next := lakeside(), lakeside()
	next.Caps = sale.Caps{Guaranteed: 2000, Standby: 9000}
	next.Tickets.MaxPerFan = 5
	next.Payment = sale.PaymentOnSite
	got := sale.Tighten(now, next)
	if want := (sale.Caps{Guaranteed: 2000, Standby: 7500}); got.Caps != want || got.Tickets.MaxPerFan != 4 {
		t.Errorf("caps %+v, most %d", got.Caps, got.Tickets.MaxPerFan)
	}
	if got.Payment != sale.PaymentOnSite {
		t.Error("what neither widens nor tightens did not follow")
	}
	if next.Caps.Standby != 9000 || next.Tickets.MaxPerFan != 5 || now.Caps.Guaranteed != 2500 {
		t.Error("an argument was changed")
	}
	if diff := cmp.Diff(now, sale.Tighten(now, now)); diff != "" {
		t.Error(diff)
	}
}

func TestCheckChange(t *testing.T) {
	tests := map[string]struct {
		change func(*sale.Sale)
		given  sale.Given
		code   sale.Code
		want   string
	}{
		"nothing":                      {func(*sale.Sale) {}, sale.Given{Last: 10000, Guaranteed: 2500}, "", ""},
		"lower G below what is given":  {func(s *sale.Sale) { s.Caps.Guaranteed = 10 }, sale.Given{Last: 3000, Guaranteed: 2500}, "", ""},
		"more tickets":                 {func(s *sale.Sale) { s.Tickets.Capacity = 20000 }, sale.Given{Last: 3000, Guaranteed: 2500}, "", ""},
		"lower maximum":                {func(s *sale.Sale) { s.Tickets.MaxPerFan = 1 }, sale.Given{Last: 3000, Guaranteed: 2500}, "", ""},
		"standby below what is given":  {func(s *sale.Sale) { s.Caps.Standby = 1 }, sale.Given{Last: 9000, Guaranteed: 2500}, "", ""},
		"currency before anybody came": {func(s *sale.Sale) { s.Currency = "EUR" }, sale.Given{}, "", ""},

		"currency": {
			func(s *sale.Sale) { s.Currency = "EUR" },
			sale.Given{Last: 3000, Guaranteed: 2500},
			sale.CodeInvalid,
			"currency: cannot become EUR: 3,000 fans registered for prices in CHF",
		},
		"slug": {
			func(s *sale.Sale) { s.Slug = "other" },
			sale.Given{},
			sale.CodeInvalid,
			`slug: a version of "lakeside-2027" cannot be called "other"`,
		},
		"fewer tickets than guaranteed": {
			func(s *sale.Sale) { s.Caps.Guaranteed = 10; s.Tickets.Capacity = 9999 },
			sale.Given{Last: 3000, Guaranteed: 2500},
			sale.CodeCutBelow,
			"tickets.capacity: 2,500 fans are guaranteed their tickets already, and 2,500 × 4 = 10,000 is more than the 9,999 tickets for sale",
		},
		"higher maximum than guaranteed": {
			func(s *sale.Sale) { s.Caps.Guaranteed = 10; s.Tickets.MaxPerFan = 5 },
			sale.Given{Last: 3000, Guaranteed: 2500},
			sale.CodeCutBelow,
			"tickets.max_per_fan: 2,500 fans are guaranteed their tickets already, and 2,500 × 5 = 12,500 is more than the 10,000 tickets for sale",
		},
		"more guarantees than tickets": {
			func(s *sale.Sale) { s.Caps.Guaranteed = 2600 },
			sale.Given{Last: 100, Guaranteed: 100},
			sale.CodeCutBelow,
			"caps.guaranteed: 2,600 × 4 = 10,400 is more than the 10,000 tickets for sale",
		},
	}
	for name, tt := range tests {
		next := lakeside()
		tt.change(&next)
		err := sale.CheckChange(lakeside(), next, tt.given)
		if code := sale.CodeOf(err); code != tt.code {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var e *sale.Error
		if errors.As(err, &e) && (len(e.Fields) != 1 || e.Fields[0].String() != tt.want || e.Message == "") {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

func TestFormatLife(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Hour: "1h", 90 * time.Minute: "1h30m", time.Minute: "1m", 45 * time.Second: "45s", 10 * time.Minute: "10m",
		time.Hour + time.Second: "1h0m1s", 20 * time.Hour: "20h", 0: "0s", -time.Hour: "-1h",
	} {
		got := sale.FormatLife(d)
		if back, err := time.ParseDuration(got); got != want || err != nil || back != d {
			t.Errorf("FormatLife(%v) = %s, read back as %v, %v", d, got, back, err)
		}
	}
}
