package sale_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/sale"
)

// lakeside is the sale of the design's example.
func lakeside() sale.Sale {
	at := func(day, hour int) time.Time { return time.Date(2027, 3, day, hour-1, 0, 0, 0, time.UTC) }
	return sale.Sale{
		Slug:      "lakeside-2027",
		Title:     sale.Text{"en": "Lakeside Festival 2027", "de": "Seefestival 2027"},
		Timezone:  "Europe/Zurich",
		Languages: []string{"en", "de", "fr", "nl"},
		Currency:  "CHF",
		Organizer: sale.Organizer{
			Name: "Lakeside Ltd", Imprint: "https://lakeside.example/imprint",
			Privacy: "https://lakeside.example/privacy", Terms: "https://lakeside.example/terms",
		},
		Registration: sale.Registration{Opens: at(10, 10), Closes: at(12, 10)},
		Tickets: sale.Tickets{MaxPerFan: 4, Capacity: 10000, Types: []sale.TicketType{
			{ID: "fri", Title: sale.Text{"en": "Friday"}, Stock: 4000, Price: 8500},
			{ID: "sat", Title: sale.Text{"en": "Saturday"}, Stock: 6000, Price: 9500},
		}},
		Caps: sale.Caps{Guaranteed: 2500, Standby: 7500},
		Dispatch: sale.Dispatch{
			Starts: at(12, 12), Ends: at(20, 12), Every: "@every 1m", Batch: 100, LinkLife: time.Hour,
		},
		Payment: sale.PaymentNone,
		Mail: sale.MailSettings{
			From: "Lakeside <tickets@lakeside.example>", ReplyTo: "help@lakeside.example", Receipt: true,
			Alternatives: sale.Text{"en": "There are still tickets for Sunday:\nhttps://lakeside.example/sunday"},
		},
	}
}

func everyOK(string, *time.Location) error { return nil }

func TestValidateTakesGoodSales(t *testing.T) {
	tests := map[string]func(*sale.Sale){
		"the design's":              func(*sale.Sale) {},
		"capacity below the sum":    func(s *sale.Sale) { s.Tickets.Capacity = 10000; s.Tickets.Types[0].Stock = 9000 },
		"an empty type":             func(s *sale.Sale) { s.Tickets.Types[0].Stock = 0; s.Tickets.Types[1].Stock = 10000 },
		"free of charge":            func(s *sale.Sale) { s.Tickets.Types[0].Price = 0 },
		"paid at the door":          func(s *sale.Sale) { s.Payment = sale.PaymentOnSite },
		"own pool named":            func(s *sale.Sale) { s.Tickets.Types[0].Pools = []string{"fri"} },
		"no guarantees":             func(s *sale.Sale) { s.Caps.Guaranteed = 0 },
		"guarantees only":           func(s *sale.Sale) { s.Caps.Standby = 0 },
		"dispatch while form open":  func(s *sale.Sale) { s.Dispatch.Starts = s.Registration.Opens },
		"a rehearsal":               func(s *sale.Sale) { s.Dispatch.LinkLife = time.Second; s.Dispatch.Every = "@every 1s" },
		"longest link":              func(s *sale.Sale) { s.Dispatch.LinkLife = s.Dispatch.Ends.Sub(s.Dispatch.Starts) },
		"no small print":            func(s *sale.Sale) { s.Organizer = sale.Organizer{} },
		"loopback page":             func(s *sale.Sale) { s.Organizer.Terms = "http://127.0.0.1:8080/terms" },
		"loopback page by name":     func(s *sale.Sale) { s.Organizer.Terms = "http://localhost/terms" },
		"IPv6 loopback page":        func(s *sale.Sale) { s.Organizer.Terms = "http://[::1]:8080/terms" },
		"bare sender":               func(s *sale.Sale) { s.Mail.From = "tickets@lakeside.example" },
		"sender beyond ASCII":       func(s *sale.Sale) { s.Mail.From = "Fête du lac <tickets@lakeside.example>" },
		"sender with comma, quoted": func(s *sale.Sale) { s.Mail.From = `"Lakeside, Ltd." <tickets@lakeside.example>` },
		"nobody to reply to":        func(s *sale.Sale) { s.Mail.ReplyTo = "" },
		"emoji joined by ZWJ":       func(s *sale.Sale) { s.Title["en"] = "👩‍🎤 live" },
		"regional language":         func(s *sale.Sale) { s.Languages = []string{"de-CH", "zh-Hant-TW"} },
		"title in another language": func(s *sale.Sale) { s.Title = sale.Text{"it": "Festival del lago"} },
		"longest slug":              func(s *sale.Sale) { s.Slug = strings.Repeat("a", 63) },
		"yen":                       func(s *sale.Sale) { s.Currency = "JPY" },
		"biggest":                   func(s *sale.Sale) { s.Tickets.Types[0].Stock = 10_000_000; s.Tickets.Capacity = 10_000_000 },
		"UTC":                       func(s *sale.Sale) { s.Timezone = "UTC" },
		"against robots":            func(s *sale.Sale) { s.Robots = robots() },
		"allowed below denied": func(s *sale.Sale) {
			s.Robots = robots()
			s.Robots.Allow, s.Robots.Deny = []string{"mail.example.com"}, []string{"example.com", "xn--mnchen-3ya.example"}
		},
	}
	for name, change := range tests {
		s := lakeside()
		change(&s)
		if errs := s.Validate(everyOK); errs != nil {
			t.Errorf("%s: %v", name, errs)
		}
	}
}

// robots is what a sale file with "robots: {}" says.
func robots() *sale.Robots {
	return &sale.Robots{Work: sale.DefaultWork, Disposable: sale.DisposableFlag, Networks: true}
}

// TestValidateRobots: each mistake is named by its field.
func TestValidateRobots(t *testing.T) {
	for want, change := range map[string]func(*sale.Robots){
		"robots.work: 999 is not between 1,000 and 5,000,000":                       func(r *sale.Robots) { r.Work = 999 },
		"robots.work: 5,000,001 is not between 1,000 and 5,000,000":                 func(r *sale.Robots) { r.Work = 5_000_001 },
		`robots.disposable: "drop" is not a policy; it is allow, flag or refuse`:    func(r *sale.Robots) { r.Disposable = "drop" },
		`robots.allow[1]: "a.example" is there already`:                             func(r *sale.Robots) { r.Allow = []string{"a.example", "a.example"} },
		`robots.deny[0]: "a.example" is allowed and denied at once`:                 func(r *sale.Robots) { r.Allow, r.Deny = []string{"a.example"}, []string{"a.example"} },
		"robots.deny: has 1,001 entries, but at most 1,000 are possible":            func(r *sale.Robots) { r.Deny = make([]string, 1001) },
		`robots.deny[0]: "Example.com" is not a domain; ` + "write it in small":     func(r *sale.Robots) { r.Deny = []string{"Example.com"} },
		`robots.deny[0]: "fan@example.com" is not a domain; ` + "write it in small": func(r *sale.Robots) { r.Deny = []string{"fan@example.com"} },
		`robots.allow[0]: "münchen.example" is not a domain; ` + "write it in":      func(r *sale.Robots) { r.Allow = []string{"münchen.example"} },
		`robots.allow[0]: "example" is not a domain; ` + "write it in small":        func(r *sale.Robots) { r.Allow = []string{"example"} },
		`robots.allow[0]: "" is not a domain; ` + "write it in small":               func(r *sale.Robots) { r.Allow = []string{""} },
	} {
		s := lakeside()
		s.Robots = robots()
		change(s.Robots)
		if errs := s.Validate(everyOK); len(errs) != 1 || !strings.HasPrefix(errs[0].String(), want) {
			t.Errorf("want %s, got %v", want, errs)
		}
	}
}

func TestValidateRefuses(t *testing.T) {
	tests := []struct {
		change func(*sale.Sale)
		want   string // the one mistake, whole
	}{
		{
			func(s *sale.Sale) { s.Caps.Guaranteed = 2600 },
			"caps.guaranteed: 2,600 × 4 = 10,400 is more than the 10,000 tickets for sale",
		},
		{
			func(s *sale.Sale) { s.Caps.Guaranteed = 100_000_000 },
			"caps.guaranteed: 100,000,000 × 4 = 400,000,000 is more than the 10,000 tickets for sale",
		},
		{func(s *sale.Sale) { s.Caps = sale.Caps{} }, "caps.guaranteed: nobody could join the line: both caps are 0"},
		{func(s *sale.Sale) { s.Caps.Guaranteed = -1 }, "caps.guaranteed: -1 is less than 0"},
		{func(s *sale.Sale) { s.Caps.Standby = -1 }, "caps.standby: -1 is less than 0"},
		{
			func(s *sale.Sale) { s.Caps.Standby = math.MaxInt64 },
			"caps.standby: 9,223,372,036,854,775,807 is more than the 100,000,000 that any sale may have; is there a digit too many?",
		},

		{func(s *sale.Sale) { s.Slug = "" }, "slug: is missing; it is the sale's word in every URL, like lakeside-2027"},
		{
			func(s *sale.Sale) { s.Slug = "Lakeside" },
			`slug: "Lakeside" is not a slug; use a–z, 0–9 and inner hyphens, at most 63 characters`,
		},
		{func(s *sale.Sale) { s.Slug = "-a" }, `slug: "-a" is not a slug; use a–z, 0–9 and inner hyphens, at most 63 characters`},
		{func(s *sale.Sale) { s.Slug = "a/b\n" }, `slug: "a/b\n" is not a slug; use a–z, 0–9 and inner hyphens, at most 63 characters`},
		{func(s *sale.Sale) { s.Slug = "healthz" }, `slug: "healthz" is a reserved word`},
		{func(s *sale.Sale) { s.Slug = "c" }, `slug: "c" is a reserved word`},
		{func(s *sale.Sale) { s.Slug = "new" }, `slug: "new" is a reserved word`},

		{func(s *sale.Sale) { s.Title = nil }, "title: is missing; it is needed in at least one language, like {en: …}"},
		{func(s *sale.Sale) { s.Title["en"] = " " }, "title.en: is missing"},
		{func(s *sale.Sale) { s.Title["EN"] = "x" }, `title: "EN" is not a language; write it like en or de-CH`},
		{
			func(s *sale.Sale) { s.Title["de"] = strings.Repeat("ä", 201) },
			"title.de: has 201 characters, but at most 200 are possible",
		},
		{
			func(s *sale.Sale) { s.Title["de"] = "a\r\nBcc: x@example.com" },
			"title.de: has a line break in it; it must be a single line",
		},
		{func(s *sale.Sale) { s.Title["de"] = "a\x00b" }, "title.de: contains a control character"},
		{func(s *sale.Sale) { s.Title["de"] = "a\u202eb" }, "title.de: contains a control character"},
		{func(s *sale.Sale) { s.Title["de"] = "a\u2028b" }, "title.de: contains a control character"},
		{func(s *sale.Sale) { s.Title["de"] = "a\xffb" }, "title.de: is not valid UTF-8"},

		{func(s *sale.Sale) { s.Timezone = "" }, "timezone: is missing; name the zone of the event, like Europe/Zurich"},
		{func(s *sale.Sale) { s.Timezone = "Local" }, `timezone: "Local" is not a time zone; write it like Europe/Zurich`},
		{
			func(s *sale.Sale) { s.Timezone = "Europe/Zürich" },
			`timezone: "Europe/Zürich" is not a time zone; write it like Europe/Zurich`,
		},
		{
			func(s *sale.Sale) { s.Timezone = "../../etc/passwd" },
			`timezone: "../../etc/passwd" is not a time zone; write it like Europe/Zurich`,
		},

		{func(s *sale.Sale) { s.Languages = nil }, "languages: is missing; name at least one, like [en]"},
		{func(s *sale.Sale) { s.Languages[1] = "en" }, `languages[1]: "en" is there already`},
		{func(s *sale.Sale) { s.Languages[1] = "german" }, `languages[1]: "german" is not a language; write it like en or de-CH`},
		{func(s *sale.Sale) { s.Currency = "" }, "currency: is missing; write its three letters, like CHF"},
		{
			func(s *sale.Sale) { s.Currency = "chf" },
			`currency: "chf" is not a currency; write its three letters by ISO 4217, like CHF`,
		},

		{func(s *sale.Sale) { s.Organizer.Name = "a\nb" }, "organizer.name: has a line break in it; it must be a single line"},
		{
			func(s *sale.Sale) { s.Organizer.Terms = "http://lakeside.example/" },
			`organizer.terms: "http://lakeside.example/" does not begin with https://`,
		},
		{
			func(s *sale.Sale) { s.Organizer.Terms = "http://localhost.example/" },
			`organizer.terms: "http://localhost.example/" does not begin with https://`,
		},
		{
			func(s *sale.Sale) { s.Organizer.Terms = "//lakeside.example/" },
			`organizer.terms: "//lakeside.example/" does not begin with https://`,
		},
		{
			func(s *sale.Sale) { s.Organizer.Privacy = "javascript:alert(1)" },
			`organizer.privacy: "javascript:alert(1)" is not an address of a page; write it like https://www.example.com/terms`,
		},
		{
			func(s *sale.Sale) { s.Organizer.Imprint = "https://a:b@lakeside.example/" },
			"organizer.imprint: must not carry a user name or password",
		},
		{
			func(s *sale.Sale) { s.Organizer.Imprint = "https:///imprint" },
			`organizer.imprint: "https:///imprint" is not an address of a page; write it like https://www.example.com/terms`,
		},

		{
			func(s *sale.Sale) { s.Registration.Opens = time.Time{} },
			"registration.opens: is missing; write it like 2027-03-10T10:00",
		},
		{
			func(s *sale.Sale) { s.Registration.Closes = s.Registration.Opens },
			"registration.closes: 2027-03-10 10:00 is not after the opening, 2027-03-10 10:00",
		},
		{
			func(s *sale.Sale) { s.Registration.Closes = s.Registration.Closes.AddDate(8000, 0, 0) },
			"registration.closes: the year 10027 cannot be right",
		},

		{
			func(s *sale.Sale) { s.Dispatch.Starts = s.Registration.Opens.Add(-time.Second) },
			"dispatch.starts: 2027-03-10 09:59:59 is before registration opens, 2027-03-10 10:00",
		},
		{
			func(s *sale.Sale) { s.Dispatch.Ends = s.Dispatch.Starts },
			"dispatch.ends: 2027-03-12 12:00 is not after the start, 2027-03-12 12:00",
		},
		{func(s *sale.Sale) { s.Dispatch.Every = "" }, "dispatch.every: is missing"},
		{func(s *sale.Sale) { s.Dispatch.Every = "never" }, "dispatch.every: is no schedule in Europe/Zurich"},
		{func(s *sale.Sale) { s.Dispatch.Batch = 0 }, "dispatch.batch: 0 is less than 1"},
		{
			func(s *sale.Sale) { s.Dispatch.Batch = 100_001 },
			"dispatch.batch: 100,001 is more than the 100,000 that any sale may have; is there a digit too many?",
		},
		{func(s *sale.Sale) { s.Dispatch.LinkLife = 0 }, "dispatch.link_life: 0s is too short; a link lives for at least 1s"},
		{
			func(s *sale.Sale) { s.Dispatch.LinkLife = -time.Hour },
			"dispatch.link_life: -1h is too short; a link lives for at least 1s",
		},
		{
			func(s *sale.Sale) { s.Dispatch.LinkLife = 1500 * time.Millisecond },
			"dispatch.link_life: 1.5s is not in whole seconds",
		},
		{
			func(s *sale.Sale) { s.Dispatch.LinkLife = 721 * time.Hour },
			"dispatch.link_life: 721h is too long; a link lives for at most 720h",
		},
		{
			func(s *sale.Sale) { s.Dispatch.LinkLife = 192*time.Hour + time.Second },
			"dispatch.link_life: 192h0m1s does not fit between the start and the end, which are 192h apart",
		},

		{func(s *sale.Sale) { s.Tickets.MaxPerFan = 0 }, "tickets.max_per_fan: 0 is less than 1"},
		{
			func(s *sale.Sale) { s.Tickets.MaxPerFan = 101 },
			"tickets.max_per_fan: 101 is more than the 100 that any sale may have; is there a digit too many?",
		},
		{
			func(s *sale.Sale) { s.Tickets.Capacity = 3; s.Caps.Guaranteed = 0 },
			"tickets.max_per_fan: 4 is more than the 3 tickets for sale",
		},
		{
			func(s *sale.Sale) { s.Tickets.Capacity = 10001 },
			"tickets.capacity: 10,001 is more than the 10,000 tickets of all types together",
		},
		{func(s *sale.Sale) { s.Tickets.Capacity = 0 }, "tickets.capacity: 0 is less than 1"},
		{
			func(s *sale.Sale) { s.Tickets.VenueMaximum = 9_999 },
			"tickets.capacity: 10,000 is more than the 9,999 that the venue holds",
		},
		{
			func(s *sale.Sale) {
				s.Tickets.VenueMaximum, s.Tickets.Types[1].Stock = 10_000, 20_000 // London 2012
			},
			"tickets.types[1].stock: 20,000 is more than the 10,000 that the venue holds",
		},
		{func(s *sale.Sale) { s.Tickets.VenueMaximum = -1 }, "tickets.venue_maximum: -1 is less than 1"},
		{func(s *sale.Sale) { s.Tickets.Types[1].Stock = -1 }, "tickets.types[1].stock: -1 is less than 0"},
		{
			func(s *sale.Sale) { s.Tickets.Types[1].Stock = math.MaxInt64 },
			"tickets.types[1].stock: 9,223,372,036,854,775,807 is more than the 10,000,000 that any sale may have; is there a digit too many?",
		},
		{func(s *sale.Sale) { s.Tickets.Types[1].Price = -1 }, "tickets.types[1].price: -0.01 is less than nothing"},
		{
			func(s *sale.Sale) { s.Tickets.Types[1].Price = math.MaxInt64 },
			"tickets.types[1].price: 92233720368547758.07 is more than any ticket may cost; is there a digit too many?",
		},
		{func(s *sale.Sale) { s.Tickets.Types[1].ID = "capacity" }, `tickets.types[1].id: "capacity" is a reserved word`},
		{func(s *sale.Sale) { s.Tickets.Types[1].ID = "fri" }, `tickets.types[1].id: "fri" is the id of an earlier type too`},
		{
			func(s *sale.Sale) { s.Tickets.Types[1].ID = "Sat" },
			`tickets.types[1].id: "Sat" is not an id; use a–z, 0–9 and inner hyphens, at most 63 characters`,
		},
		{
			func(s *sale.Sale) { s.Tickets.Types[1].Title = nil },
			"tickets.types[1].title: is missing; it is needed in at least one language, like {en: …}",
		},
		{
			func(s *sale.Sale) { s.Tickets.Types[1].Pools = []string{"fri"} },
			`tickets.types[1].pools: a type draws on its own pool, "sat", and no other`,
		},

		{func(s *sale.Sale) { s.Payment = "stripe" }, `payment: "stripe" is not a way to pay; it is none or on_site`},

		{func(s *sale.Sale) { s.Mail.From = "" }, "mail.from: is missing; every mail of the sale comes from this address"},
		{
			func(s *sale.Sale) { s.Mail.From = "a@lakeside.example, b@lakeside.example" },
			`mail.from: "a@lakeside.example, b@lakeside.example" is not one address; write it like "Lakeside <tickets@lakeside.example>"`,
		},
		{
			func(s *sale.Sale) { s.Mail.From = "Lakeside <tickets@localhost>" },
			"mail.from: The part after the “@” is incomplete; it looks like example.com.",
		},
		{
			func(s *sale.Sale) { s.Mail.From = `"a b"@lakeside.example` },
			"mail.from: The address contains a character that cannot be part of an e-mail address.",
		},
		{
			func(s *sale.Sale) { s.Mail.From = "Lakeside <tickets@lakeside.example>\r\nBcc: x@example.com" },
			"mail.from: has a line break in it; it must be a single line",
		},
		{
			func(s *sale.Sale) { s.Mail.From = "=?utf-8?q?a=0D=0ABcc=3A_x?= <tickets@lakeside.example>" },
			"mail.from: has a line break in it; it must be a single line",
		},
		{
			func(s *sale.Sale) { s.Mail.ReplyTo = "help@séance.example" },
			"mail.reply_to: The part after the “@” is not a domain name.",
		},
		{
			func(s *sale.Sale) { s.Mail.Alternatives = sale.Text{"en": "a\rb"} },
			"mail.alternatives.en: contains a control character",
		},
	}
	every := func(expr string, loc *time.Location) error {
		if expr == "never" {
			return errors.New("is no schedule in " + loc.String())
		}
		return nil
	}
	for _, tt := range tests {
		s := lakeside()
		tt.change(&s)
		var got []string
		for _, e := range s.Validate(every) {
			got = append(got, e.String())
		}
		if diff := cmp.Diff([]string{tt.want}, got); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	}
}

// TestValidateEverythingAtOnce reads the fields that an empty sale lacks.
func TestValidateEverythingAtOnce(t *testing.T) {
	var got []string
	for _, e := range new(sale.Sale).Validate(nil) {
		got = append(got, e.Field)
	}
	want := []string{
		"slug", "title", "timezone", "languages", "currency", "registration.opens", "registration.closes",
		"tickets.types", "tickets.max_per_fan", "tickets.capacity", "caps.guaranteed",
		"dispatch.starts", "dispatch.ends", "dispatch.every", "dispatch.batch", "dispatch.link_life",
		"payment", "mail.from",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestValidateIsBoundedByItsInput(t *testing.T) {
	s := lakeside()
	s.Tickets.Types = make([]sale.TicketType, 100_000)
	s.Languages = make([]string, 100_000)
	s.Title = sale.Text{}
	for i := range 1000 {
		s.Title[strings.Repeat("a", i+1)] = "x"
	}
	if errs := s.Validate(nil); len(errs) > 10 {
		t.Errorf("%d errors for three lists that are too long", len(errs))
	}
}

// TestSaleJSON keeps a stored sale readable: times in UTC come back equal.
func TestSaleJSON(t *testing.T) {
	s := lakeside()
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back sale.Sale
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s, back); diff != "" {
		t.Error(diff)
	}
}
