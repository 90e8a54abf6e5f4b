package saleform_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/saleform"
)

var opens = time.Date(2027, 3, 10, 9, 0, 0, 0, time.UTC)

func lakeside() sale.Sale {
	return sale.Sale{
		Slug: "lakeside", Title: sale.Text{"en": "Lakeside", "de": "Am See"}, Timezone: "Europe/Zurich", Languages: []string{"en", "de"}, Currency: "CHF",
		Organizer:    sale.Organizer{Name: "Lakeside Ltd"},
		Registration: sale.Registration{Opens: opens, Closes: opens.Add(48 * time.Hour)},
		Tickets: sale.Tickets{MaxPerFan: 4, Capacity: 10_000, VenueMaximum: 12_000, Types: []sale.TicketType{
			{ID: "fri", Title: sale.Text{"en": "Friday"}, Stock: 4000, Price: 8500},
			{ID: "sat", Title: sale.Text{"en": "Saturday"}, Stock: 6000, Price: 9500},
		}},
		Caps:     sale.Caps{Guaranteed: 2500, Standby: 7500},
		Dispatch: sale.Dispatch{Starts: opens.Add(50 * time.Hour), Ends: opens.Add(200 * time.Hour), Every: "@every 1m", Batch: 100, LinkLife: time.Hour},
		Payment:  sale.PaymentNone,
		Mail:     sale.MailSettings{From: "Lakeside <tickets@lakeside.example>", Receipt: true},
	}
}

func typed(changes ...string) saleform.Values {
	v := saleform.Of(lakeside())
	for i := 0; i < len(changes); i += 2 {
		v[changes[i]] = changes[i+1]
	}
	return v
}

// A form is read as the sale file of the same words would be, and what is
// wrong with it is told under the form's own names.
func TestParse(t *testing.T) {
	for name, c := range map[string]struct {
		values saleform.Values
		change func(*sale.Sale)
		wrong  string
	}{
		"unchanged":          {typed(), func(*sale.Sale) {}, ""},
		"a schedule":         {typed("dispatch.every", "Every 90 seconds"), func(s *sale.Sale) { s.Dispatch.Every = "@every 90s" }, ""},
		"a life in words":    {typed("dispatch.link_life", "90 minutes"), func(s *sale.Sale) { s.Dispatch.LinkLife = 90 * time.Minute }, ""},
		"a schedule of cron": {typed("dispatch.every", " */5 * * * * "), func(s *sale.Sale) { s.Dispatch.Every = "*/5 * * * *" }, ""},
		"a number":           {typed("dispatch.batch", " 250 "), func(s *sale.Sale) { s.Dispatch.Batch = 250 }, ""},
		"lines of a browser": {typed("mail.alternatives.en", "one\r\ntwo"), func(s *sale.Sale) { s.Mail.Alternatives = sale.Text{"en": "one\ntwo"} }, ""},
		"a box":              {typed("mail.receipt", ""), func(s *sale.Sale) { s.Mail.Receipt = false }, ""},
		"a language":         {typed("languages", "en de,nl"), func(s *sale.Sale) { s.Languages = []string{"en", "de", "nl"} }, ""},
		"caps are suggested": {typed("caps.guaranteed", "", "caps.standby", ""), func(*sale.Sale) {}, ""},
		"robots by the box":  {typed("robots", saleform.On), func(s *sale.Sale) { s.Robots = &sale.Robots{Work: 50_000, Disposable: "flag", Networks: true} }, ""},
		"another type": {typed("tickets.types[7].id", "sun", "tickets.types[7].stock", "5", "tickets.types[7].price", "1", "tickets.types[7].title.en", "Sunday"), func(s *sale.Sale) {
			s.Tickets.Types = append(s.Tickets.Types, sale.TicketType{ID: "sun", Title: sale.Text{"en": "Sunday"}, Stock: 5, Price: 100})
		}, ""},
		"a type less": {typed("tickets.types[1].id", "", "tickets.types[1].stock", "", "tickets.types[1].price", "", "tickets.types[1].title.en", "", "tickets.capacity", "", "caps.guaranteed", "", "caps.standby", ""), func(s *sale.Sale) {
			s.Tickets.Types, s.Tickets.Capacity, s.Caps = s.Tickets.Types[:1], 4000, sale.Caps{Guaranteed: 1000, Standby: 3000}
		}, ""},
		"not a number":           {typed("dispatch.batch", "many"), nil, `dispatch.batch: "many" is not a whole number; write it in digits alone, like 10000`},
		"nothing where needed":   {typed("mail.from", ""), nil, "mail.from: is missing; every mail of the sale comes from this address"},
		"above the venue":        {typed("tickets.types[1].stock", "20000"), nil, "tickets.types[1].stock: 20,000 is more than the 12,000 that the venue holds"},
		"in the row it is in":    {typed("tickets.types[0].id", "", "tickets.types[0].stock", "", "tickets.types[0].price", "", "tickets.types[0].title.en", "", "tickets.types[1].price", "x", "tickets.capacity", "6000", "caps.guaranteed", "1"), nil, `tickets.types[1].price: "x" is not an amount; write it like 85 or 85.00, without a currency sign`},
		"a list's item":          {typed("languages", "en, deutsch sprechen"), nil, `languages: "deutsch" is not a language; write it like en or de-CH; languages: "sprechen" is not a language; write it like en or de-CH`},
		"no UTF-8":               {typed("title.en", "a\xff"), nil, "title.en: is not valid UTF-8"},
		"an hour that never was": {typed("registration.opens", "2027-03-28T02:30"), nil, "registration.opens: 2027-03-28 02:30:00 does not exist in Europe/Zurich: clocks go forward over it"},
		"words, not YAML":        {typed("organizer.name", `", slug: "evil`), func(s *sale.Sale) { s.Organizer.Name = `", slug: "evil` }, ""},
		"a field of no form":     {typed("title.en: x, slug", "evil"), func(*sale.Sale) {}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, wrong := saleform.Parse(lakeside(), c.values, nil)
			var told []string
			for _, e := range wrong {
				told = append(told, e.String())
			}
			if c.wrong != "" {
				if all := strings.Join(told, "; "); all != c.wrong {
					t.Errorf("told %s\nwant %s", all, c.wrong)
				}
				return
			}
			want := lakeside()
			c.change(&want)
			if diff := cmp.Diff(want, got); diff != "" || wrong != nil {
				t.Errorf("%v -want +got\n%s", wrong, diff)
			}
		})
	}
}

// Two people edit one sale: nobody's change is lost, and where both changed
// one field the second sees both.
func TestMerge(t *testing.T) {
	newest := func(change func(*sale.Sale)) saleform.Values {
		s := lakeside()
		change(&s)
		return saleform.Of(s)
	}
	for name, c := range map[string]struct {
		mine, newest saleform.Values
		want         map[string]string // "" for a field that must be empty
		clashes      []saleform.Clash
		theirs       []string
	}{
		"nobody else": {typed("dispatch.batch", "250"), typed(), map[string]string{"dispatch.batch": "250"}, nil, nil},
		"another field": {
			typed("dispatch.batch", "250"), newest(func(s *sale.Sale) { s.Mail.ReplyTo = "help@lakeside.example" }),
			map[string]string{"dispatch.batch": "250", "mail.reply_to": "help@lakeside.example"},
			nil,
			[]string{"mail.reply_to"},
		},
		"the same field": {
			typed("dispatch.batch", "250"), newest(func(s *sale.Sale) { s.Dispatch.Batch = 500 }),
			map[string]string{"dispatch.batch": "250"},
			[]saleform.Clash{{"dispatch.batch", "100", "250", "500"}},
			nil,
		},
		"the same value": {
			typed("dispatch.batch", "250"), newest(func(s *sale.Sale) { s.Dispatch.Batch = 250 }),
			map[string]string{"dispatch.batch": "250"},
			nil, nil,
		},
		"what I emptied": {
			typed("organizer.name", ""), newest(func(s *sale.Sale) { s.Organizer.Name = "Other" }),
			map[string]string{"organizer.name": ""},
			[]saleform.Clash{{"organizer.name", "Lakeside Ltd", "", "Other"}},
			nil,
		},
		"a box": {
			typed("mail.receipt", ""), newest(func(s *sale.Sale) { s.Dispatch.Batch = 1 }),
			map[string]string{"mail.receipt": "", "dispatch.batch": "1"},
			nil,
			[]string{"dispatch.batch"},
		},
		"a type that moved": {
			typed("tickets.types[1].stock", "5000"),
			newest(func(s *sale.Sale) {
				s.Tickets.Types = append([]sale.TicketType{{ID: "thu", Title: sale.Text{"en": "Thursday"}, Stock: 1, Price: 1}}, s.Tickets.Types...)
			}),
			map[string]string{"tickets.types[0].id": "thu", "tickets.types[1].stock": "4000", "tickets.types[2].id": "sat", "tickets.types[2].stock": "5000"},
			nil,
			[]string{"tickets.types[0].id", "tickets.types[0].price", "tickets.types[0].stock", "tickets.types[0].title.en"},
		},
		"a type that others took out": {
			typed("tickets.types[0].stock", "5000"), newest(func(s *sale.Sale) { s.Tickets.Types = s.Tickets.Types[1:] }),
			map[string]string{"tickets.types[0].id": "sat", "tickets.types[1].id": "fri", "tickets.types[1].stock": "5000", "tickets.types[1].price": "85.00", "tickets.types[1].was": "fri"},
			[]saleform.Clash{{"tickets.types[1].id", "fri", "fri", ""}, {"tickets.types[1].stock", "4000", "5000", ""}},
			nil,
		},
		"a type that others took out and I left alone": {
			typed("dispatch.batch", "7"), newest(func(s *sale.Sale) { s.Tickets.Types = s.Tickets.Types[1:] }),
			map[string]string{"tickets.types[0].id": "sat", "tickets.types[1].id": ""},
			nil,
			[]string{"tickets.types"},
		},
		"new types on both sides": {
			typed("tickets.types[2].id", "sun", "tickets.types[2].stock", "9"),
			newest(func(s *sale.Sale) {
				s.Tickets.Types = append(s.Tickets.Types, sale.TicketType{ID: "mon", Title: sale.Text{"en": "Monday"}, Stock: 1, Price: 1})
			}),
			map[string]string{"tickets.types[2].id": "mon", "tickets.types[3].id": "sun", "tickets.types[3].stock": "9", "tickets.types[3].was": ""},
			nil,
			[]string{"tickets.types[2].id", "tickets.types[2].price", "tickets.types[2].stock", "tickets.types[2].title.en"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			merged, clashes, theirs := saleform.Merge(saleform.Of(lakeside()), c.mine, c.newest)
			for field, want := range c.want {
				if merged[field] != want {
					t.Errorf("%s is %q, want %q", field, merged[field], want)
				}
			}
			if diff := cmp.Diff(c.clashes, clashes); diff != "" {
				t.Errorf("clashes: -want +got\n%s", diff)
			}
			if c.theirs != nil {
				if diff := cmp.Diff(c.theirs, theirs); diff != "" {
					t.Errorf("theirs: -want +got\n%s", diff)
				}
			}
		})
	}
}

// TestMeant: what nobody could misunderstand is understood.
func TestMeant(t *testing.T) {
	const price = "tickets.types[0].price"
	for typed, want := range map[string]string{
		"95,5": "95.5", "95.50": "95.50", "1,250.00": "1250.00", "1.250,00": "1250.00", "1’250.50": "1250.50", "12 000,00": "12000.00",
		"1,250": "1,250", "1.250": "1.250", "1,250,00": "1,250,00", "ten": "ten", // who knows
	} {
		if got := saleform.Meant(price, typed); got != want {
			t.Errorf("the price %q is taken for %q, not %q", typed, got, want)
		}
	}
	if got := saleform.Meant("dispatch.every", "Every 5 min"); got != "@every 5m" {
		t.Errorf("the schedule is %q", got)
	}
	if got := saleform.Meant("currency", " chf "); got != "CHF" {
		t.Errorf("the currency is %q", got)
	}
}
