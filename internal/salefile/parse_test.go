package salefile_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/salefile"
)

var update = flag.Bool("update", false, "write the golden error texts anew")

const fixtures = "../../testdata/sales"

func everyOK(string, *time.Location) error { return nil }

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(fixtures, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// tell writes an error as a terminal shows it.
func tell(err error) string {
	var e *sale.Error
	if !errors.As(err, &e) {
		return fmt.Sprintf("%v\n", err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", e.Message)
	for _, f := range e.Fields {
		fmt.Fprintf(&b, "%s\n", f)
	}
	return b.String()
}

func zurich(month time.Month, day, hour int) time.Time {
	return time.Date(2027, month, day, hour-1, 0, 0, 0, time.UTC) // before the clocks change
}

// TestParseDesign reads the example of the design, to the letter.
func TestParseDesign(t *testing.T) {
	got, err := salefile.Parse(read(t, "design.yaml"), everyOK)
	if err != nil {
		t.Fatal(tell(err))
	}
	want := sale.Sale{
		Slug:      "lakeside-2027",
		Title:     sale.Text{"en": "Lakeside Festival 2027", "de": "Seefestival 2027"},
		Timezone:  "Europe/Zurich",
		Languages: []string{"en", "de", "fr", "nl"},
		Currency:  "CHF",
		Organizer: sale.Organizer{Name: "Lakeside Ltd", Imprint: "https://…", Privacy: "https://…", Terms: "https://…"},
		Registration: sale.Registration{
			Opens: zurich(3, 10, 10), Closes: zurich(3, 12, 10),
		},
		Tickets: sale.Tickets{MaxPerFan: 4, Capacity: 10000, Types: []sale.TicketType{
			{ID: "fri", Title: sale.Text{"en": "Friday"}, Stock: 4000, Price: 8500},
			{ID: "sat", Title: sale.Text{"en": "Saturday"}, Stock: 6000, Price: 9500},
		}},
		Caps: sale.Caps{Guaranteed: 2500, Standby: 7500},
		Dispatch: sale.Dispatch{
			Starts: zurich(3, 12, 12), Ends: zurich(3, 20, 12), Every: "@every 1m", Batch: 100, LinkLife: time.Hour,
		},
		Payment: sale.PaymentNone,
		Mail: sale.MailSettings{
			From: "Lakeside <tickets@lakeside.example>", ReplyTo: "help@lakeside.example", Receipt: true,
			Alternatives: sale.Text{"en": "…"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestParseDefaults reads the least a file may say.
func TestParseDefaults(t *testing.T) {
	got, err := salefile.Parse(read(t, "small.yaml"), everyOK)
	if err != nil {
		t.Fatal(tell(err))
	}
	want := sale.Sale{
		Slug:         "small",
		Title:        sale.Text{"en": "An evening at the lake"},
		Timezone:     "Europe/Zurich",
		Languages:    []string{"en"},
		Currency:     "CHF",
		Registration: sale.Registration{Opens: zurich(3, 10, 10), Closes: zurich(3, 12, 10)},
		Tickets: sale.Tickets{MaxPerFan: 4, Capacity: 400, Types: []sale.TicketType{
			{ID: "ticket", Title: sale.Text{"en": "Ticket"}, Stock: 400, Price: 2500},
		}},
		Caps: sale.Caps{Guaranteed: 100, Standby: 300},
		Dispatch: sale.Dispatch{
			Starts: zurich(3, 12, 10), Ends: zurich(3, 19, 10), Every: "@every 1m", Batch: 100, LinkLife: time.Hour,
		},
		Payment: sale.PaymentNone,
		Mail:    sale.MailSettings{From: "tickets@lakeside.example", Receipt: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseArticle(t *testing.T) {
	s, err := salefile.Parse(read(t, "article.yaml"), everyOK)
	if err != nil {
		t.Fatal(tell(err))
	}
	if s.Tickets.Capacity != 10000 || s.Tickets.MaxPerFan != 4 || s.Caps != sale.SuggestCaps(10000, 4) {
		t.Errorf("%+v %+v", s.Tickets, s.Caps)
	}
}

func TestParseEveryFixtureRoundTrips(t *testing.T) {
	for _, name := range []string{"design.yaml", "small.yaml", "article.yaml", "lakeside-2027.yaml"} {
		s, err := salefile.Parse(read(t, name), everyOK)
		if err != nil {
			t.Fatalf("%s: %s", name, tell(err))
		}
		back, err := salefile.Parse(salefile.Format(s), everyOK)
		if err != nil {
			t.Fatalf("%s: %s", name, tell(err))
		}
		if diff := cmp.Diff(s, back); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestParseBroken compares what is told of each broken file, all at once,
// with its golden text.
func TestParseBroken(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(fixtures, "broken", "*.yaml"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d fixtures, %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		s, err := salefile.Parse(read(t, "broken/"+name+".yaml"), everyOK)
		if sale.CodeOf(err) != sale.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(sale.Sale{}, s); diff != "" {
			t.Errorf("%s: a sale came with the mistakes: %s", name, diff)
		}
		golden := strings.TrimSuffix(file, ".yaml") + ".txt"
		if *update {
			if err := os.WriteFile(golden, []byte(tell(err)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, readErr := os.ReadFile(golden)
		if readErr != nil {
			t.Fatal(readErr)
		}
		if diff := cmp.Diff(string(want), tell(err)); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}

// TestParseOneChange takes the smallest file and changes one line of it.
func TestParseOneChange(t *testing.T) {
	tests := map[string]struct {
		old, new string
		want     string // the one mistake; "" for none
	}{
		"CRLF":                {"\n", "\r\n", ""},
		"BOM":                 {"# The least", "\ufeff# The least", ""},
		"one document begun":  {"slug:", "---\nslug:", ""},
		"unquoted price":      {`"25.00"`, "25.00", ""},
		"unquoted round sum":  {`"25.00"`, "25", ""},
		"free":                {`"25.00"`, "0", ""},
		"title is a number":   {"An evening at the lake", "2027", ""},
		"Norwegian":           {"title: An evening at the lake", "languages: [no]\ntitle: {no: En kveld}", ""},
		"left empty":          {"mail:", "organizer:\ncaps: ~\nmail:", ""},
		"seconds":             {"2027-03-12T10:00", "2027-03-12T10:00:30", ""},
		"offset":              {"2027-03-12T10:00", "2027-03-12T10:00+02:00", ""},
		"UTC":                 {"2027-03-12T10:00", "2027-03-12T10:00:00.5Z", ""},
		"a blank for the T":   {"2027-03-12T10:00", "2027-03-12 10:00", ""},
		"a quoted number":     {"stock: 400", `stock: "400"`, ""},
		"title of one ticket": {"tickets: {", "tickets: {title: {en: Seat}, ", ""},

		"made from a version":          {"slug: small", "slug: small\nversion: 7", ""},
		"made from no version":         {"slug: small", "slug: small\nversion: 0", "line 3: version: 0 is not a version; they count from 1"},
		"made from some version":       {"slug: small", "slug: small\nversion: newest", `line 3: version: "newest" is not a whole number; write it in digits alone, like 10000`},
		"a venue":                      {"stock: 400", "stock: 400, venue_maximum: 400", ""},
		"a venue that holds less":      {"stock: 400", "stock: 400, venue_maximum: 399", "line 7: tickets.stock: 400 is more than the 399 that the venue holds"},
		"a venue, and a capacity":      {"stock: 400", "stock: 400, capacity: 399, venue_maximum: 399", "line 7: tickets.stock: 400 is more than the 399 that the venue holds"},
		"a venue that holds nobody":    {"stock: 400", "stock: 400, venue_maximum: 0", "line 7: tickets.venue_maximum: 0 is less than 1; leave it out where nobody knows"},
		"a venue with too many digits": {"stock: 400", "stock: 400, venue_maximum: 100000000", "line 7: tickets.venue_maximum: 100,000,000 is more than the 10,000,000 that any sale may have; is there a digit too many?"},

		"own texts in one language":         {"mail:", "texts: {landing: Hello, order: \"{title} for {total}\"}\nmail:", ""},
		"own texts left empty":              {"mail:", "texts: {landing: {}, order: {en: , de: \"\"}, offer: }\nmail:", ""},
		"own texts in a block":              {"mail:", "texts:\n  landing:\n    en: |\n      {title}\n\n      is here.\nmail:", ""},
		"own text of no place":              {"mail:", "texts: {door: Hello}\nmail:", "line 8: texts.door: is not a field; texts has landing, landing_before, landing_full, landing_closed, place_guaranteed, place_standby, receipt_subject, receipt, offer_subject, offer, order_subject, order, cancellation_subject, decline_subject, decline_over_subject, withdrawn_subject"},
		"own text's placeholder":            {"mail:", "texts: {order: {en: \"{name}\"}}\nmail:", `line 8: texts.order.en: "{name}" is no placeholder here; there are {title}, {organizer}, {code}, {tickets}, {total}`},
		"own text without quotes":           {"mail:", "texts: {order: {en: {title}}}\nmail:", "line 8: texts.order.en: is not a single value"},
		"robots by default":                 {"mail:", "robots: {}\nmail:", ""},
		"robots left empty":                 {"mail:", "robots:\nmail:", ""},
		"robots in full":                    {"mail:", "robots: {proof_of_work: true, work: 1000, disposable: refuse, allow: [a.example], deny: [b.example], networks: false}\nmail:", ""},
		"a robots' field":                   {"mail:", "robots: {proof: true}\nmail:", "line 8: robots.proof: is not a field; robots has proof_of_work, work, disposable, allow, deny, networks"},
		"a robots' policy":                  {"mail:", "robots: {disposable: drop}\nmail:", `line 8: robots.disposable: "drop" is not a policy; it is allow, flag or refuse`},
		"robots as a switch":                {"mail:", "robots: true\nmail:", "line 8: robots: is not a group of fields; write it like {name: value}"},
		"three decimals":                    {`"25.00"`, `"25.000"`, `line 7: tickets.price: "25.000" has 3 decimals, but this currency has 2`},
		"comma":                             {`"25.00"`, `"25,00"`, `line 7: tickets.price: "25,00" is not an amount; write it like 85 or 85.00, without a currency sign`},
		"negative price":                    {`"25.00"`, `"-1"`, "line 7: tickets.price: -1.00 is less than nothing"},
		"octal":                             {"stock: 400", "stock: 0400", `line 7: tickets.stock: "0400" is not a whole number; write it in digits alone, like 10000`},
		"hexadecimal":                       {"stock: 400", "stock: 0x400", `line 7: tickets.stock: "0x400" is not a whole number; write it in digits alone, like 10000`},
		"underscores":                       {"stock: 400", "stock: 1_000", `line 7: tickets.stock: "1_000" is not a whole number; write it in digits alone, like 10000`},
		"too big for int":                   {"stock: 400", "stock: 9223372036854775808", `line 7: tickets.stock: "9223372036854775808" is too big a number`},
		"a digit too many":                  {"stock: 400", "stock: 400000000", "line 7: tickets.stock: 400,000,000 is more than the 10,000,000 that any sale may have; is there a digit too many?"},
		"no stock":                          {"stock: 400, ", "", "line 7: tickets.stock: is missing"},
		"no price":                          {`, price: "25.00"`, "", "line 7: tickets.price: is missing"},
		"no maximum":                        {"max_per_fan: 4, ", "", "line 7: tickets.max_per_fan: is missing"},
		"tickets left out":                  {`tickets: {stock: 400, max_per_fan: 4, price: "25.00"}`, "", "line 1: tickets: is missing"},
		"more than all":                     {"tickets: {", "tickets: {capacity: 401, ", "line 7: tickets.capacity: 401 is more than the 400 tickets of all types together"},
		"unknown field":                     {"mail: {", "mail: {sender: x, ", "line 8: mail.sender: is not a field; mail has from, reply_to, receipt, alternatives"},
		"hostile field":                     {"mail: {", `mail: {"a\e[31m": x, `, `line 8: mail."a\x1b[31m": is not a field; mail has from, reply_to, receipt, alternatives`},
		"receipt is no word":                {"mail: {", "mail: {receipt: yes, ", "line 8: mail.receipt: is neither true nor false"},
		"life has no unit":                  {"mail:", "dispatch: {link_life: 60}\nmail:", `line 8: dispatch.link_life: "60" is not a duration; write it with its unit, like 1h, 90m or 45s`},
		"negative life (2017)":              {"mail:", "dispatch: {link_life: -1h}\nmail:", "line 8: dispatch.link_life: -1h is too short; a link lives for at least 1s"},
		"closing is wrong, starts follow":   {"2027-03-12T10:00", "soon", `line 6: registration.closes: "soon" is not a time; write it like 2027-03-10T10:00`},
		"closing is missing, starts follow": {", closes: 2027-03-12T10:00", "", "line 6: registration.closes: is missing; write it like 2027-03-10T10:00"},
		"reserved":                          {"slug: small", "slug: place", `line 2: slug: "place" is a reserved word`},
		"no zone":                           {"timezone: Europe/Zurich", "", "line 1: timezone: is missing; name the zone of the event, like Europe/Zurich"},
	}
	for name, tt := range tests {
		base := string(read(t, "small.yaml"))
		if !strings.Contains(base, tt.old) {
			t.Fatalf("%s: %q is not in the file", name, tt.old)
		}
		_, err := salefile.Parse([]byte(strings.ReplaceAll(base, tt.old, tt.new)), everyOK)
		want := "<nil>\n"
		if tt.want != "" {
			want = "the sale file has a mistake\n" + tt.want + "\n"
		}
		if diff := cmp.Diff(want, tell(err)); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}

// TestParseAsksForTheSchedule hands the expression and the sale's zone on.
func TestParseAsksForTheSchedule(t *testing.T) {
	_, err := salefile.Parse(read(t, "lakeside-2027.yaml"), func(expr string, loc *time.Location) error {
		return fmt.Errorf("%s never comes in %s", expr, loc)
	})
	var e *sale.Error
	if !errors.As(err, &e) || len(e.Fields) != 1 || e.Fields[0].Line == 0 ||
		e.Fields[0].Field != "dispatch.every" || e.Fields[0].Message != "@every 1m never comes in Europe/Zurich" {
		t.Error(err)
	}
}

func TestParseBounds(t *testing.T) {
	tests := map[string]struct {
		data string
		code sale.Code
	}{
		"more than 1 MiB":      {strings.Repeat("#", 1<<20+1), sale.CodeTooLarge},
		"nothing":              {"", sale.CodeInvalid},
		"blanks":               {strings.Repeat(" ", 1<<16), sale.CodeInvalid},
		"not UTF-8":            {"slug: \xff", sale.CodeInvalid},
		"UTF-16":               {"\xff\xfes\x00l\x00", sale.CodeInvalid},
		"deep lists":           {strings.Repeat("[", 1<<19), sale.CodeInvalid},
		"deep closed lists":    {strings.Repeat("[", 20000) + strings.Repeat("]", 20000), sale.CodeInvalid},
		"deep groups":          {strings.Repeat("{a: ", 10000), sale.CodeInvalid},
		"deep entries":         {strings.Repeat("- ", 20000), sale.CodeInvalid},
		"deep keys":            {strings.Repeat("? ", 20000), sale.CodeInvalid},
		"tags":                 {strings.Repeat("!!a ", 10000), sale.CodeInvalid},
		"many keys":            {strings.Repeat("a: b\n", 1<<17), sale.CodeInvalid},
		"many items":           {"[" + strings.Repeat("a,", 1<<18) + "]", sale.CodeInvalid},
		"many unknown keys":    {strings.Repeat("a: b\n", 10000), sale.CodeInvalid},
		"a list as the file":   {"- a\n- b\n", sale.CodeInvalid},
		"a text as the file":   {"lakeside", sale.CodeInvalid},
		"a number as the file": {"1", sale.CodeInvalid},
		"null as the file":     {"~", sale.CodeInvalid},
	}
	for name, tt := range tests {
		s, err := salefile.Parse([]byte(tt.data), everyOK)
		if sale.CodeOf(err) != tt.code || s.Slug != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"*.yaml", "broken/*.yaml"} {
		files, err := filepath.Glob(filepath.Join(fixtures, pattern))
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := salefile.Parse(data, everyOK)
		if err != nil {
			var e *sale.Error
			if !errors.As(err, &e) || e.Code == sale.CodeInvalid && len(e.Fields) == 0 {
				t.Fatalf("an error without words: %v", err)
			}
			for _, field := range e.Fields {
				if field.Line < 1 || field.Field == "" || field.Message == "" {
					t.Fatalf("a mistake without its place or words: %+v", field)
				}
			}
			return
		}
		if errs := s.Validate(everyOK); errs != nil {
			t.Fatalf("a sale with mistakes was let through: %v", errs)
		}
		file := salefile.Format(s)
		back, err := salefile.Parse(file, everyOK)
		if err != nil {
			t.Fatalf("what Format wrote is refused: %v\n%s", err, file)
		}
		if diff := cmp.Diff(s, back); diff != "" {
			t.Fatalf("-read +read back\n%s\n%s", diff, file)
		}
	})
}
