package salefile_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/salefile"
)

// TestFormatIsReadBack makes valid sales at random, with texts made to be
// taken for YAML, and reads back what Format writes of them.
func TestFormatIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anySale(t)
		if errs := s.Validate(nil); errs != nil {
			t.Fatalf("the generator made a bad sale: %v", errs)
		}
		written := s
		written.Version = rapid.Int64Range(0, 1_000_000).Draw(t, "version")
		file := salefile.Format(written)
		back, err := salefile.Read(file, nil, nil)
		if err != nil {
			t.Fatalf("%v\n%s", err, file)
		}
		if diff := cmp.Diff(salefile.File{Sale: s, Version: written.Version}, back); diff != "" {
			t.Fatalf("-written +read\n%s\n%s", diff, file)
		}
		back.Sale.Version = back.Version
		if again := salefile.Format(back.Sale); string(again) != string(file) {
			t.Fatalf("written again it reads\n%s\nand not\n%s", again, file)
		}
	})
}

// words that a YAML reader likes to take for something else.
var words = []string{
	"Friday", "no", "null", "~", "true", "2027", "1e3", "0x10", ".5", "-", "- a", "a: b", "a #b", "#a", "{a}", "[a]",
	"*a", "&a", "!a", "|", ">", "%a", "@a", "`a`", `"a"`, "'a'", `a\b`, "a,b", "?", "? a", ":", "a:", " a", "a ", "\ta",
	"---", "...", "2027-03-10", "10:00", "<<", "=", "Zürich", "👩‍🎤", "a'b", `a"b`, "a\u00a0b", ".nan", "0o17", "1_000", "a\tb",
}

func anyText(least string) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		s := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 1, 4).Draw(t, "words"), rapid.SampledFrom([]string{"", " "}).Draw(t, "between"))
		s = strings.ReplaceAll(s, "\t", least)
		if strings.TrimSpace(s) == "" {
			return "x"
		}
		return s
	})
}

func anyTexts(t *rapid.T, label, between string) sale.Text {
	texts := sale.Text{}
	for _, lang := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"en", "de", "fr", "nl", "no", "de-CH"}), 1, 3, rapid.ID[string]).Draw(t, label) {
		texts[lang] = anyText(between).Draw(t, label)
	}
	return texts
}

func anyLines(t *rapid.T) sale.Text {
	texts := anyTexts(t, "alternatives", "\t")
	for lang := range texts {
		lines := rapid.SliceOfN(anyText("\t"), 0, 3).Draw(t, "lines")
		breaks := rapid.SampledFrom([]string{"\n", "\n\n", "\n  ", " \n"}).Draw(t, "breaks")
		texts[lang] += strings.Join(append([]string{""}, lines...), breaks) + rapid.SampledFrom([]string{"", "\n", "\n\n"}).Draw(t, "end")
	}
	return texts
}

// anyWords are words as an organizer may write them for a page.
func anyWords(t *rapid.T) sale.Text {
	texts := anyLines(t)
	for lang, words := range texts {
		texts[lang] = strings.ReplaceAll(words, "{a}", "{title}")
	}
	return texts
}

func anySale(t *rapid.T) sale.Sale {
	currency := rapid.SampledFrom([]string{"CHF", "EUR", "JPY", "KWD", "CLF"}).Draw(t, "currency")
	opens := time.UnixMilli(rapid.Int64Range(1_700_000_000_000, 4_000_000_000_000).Draw(t, "opens")).UTC()
	later := func(label string, least time.Duration) time.Duration {
		step := rapid.SampledFrom([]time.Duration{time.Millisecond, time.Second, time.Minute, time.Hour}).Draw(t, label)
		return least + time.Duration(rapid.IntRange(1, 1000).Draw(t, label))*step
	}
	starts := opens.Add(later("starts", 0))
	s := sale.Sale{
		Slug:      rapid.StringMatching(`x[a-z0-9-]{0,20}[a-z0-9]`).Draw(t, "slug"),
		Title:     anyTexts(t, "title", ""),
		Timezone:  rapid.SampledFrom([]string{"Europe/Zurich", "UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"}).Draw(t, "zone"),
		Languages: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"en", "de", "fr", "nl", "no"}), 1, 4, rapid.ID[string]).Draw(t, "languages"),
		Currency:  currency,
		Registration: sale.Registration{
			Opens: opens, Closes: opens.Add(later("closes", 0)),
		},
		Dispatch: sale.Dispatch{
			Starts: starts, Ends: starts.Add(later("ends", time.Hour)),
			Every: rapid.SampledFrom([]string{"@every 1m", "*/5 * * * *", "0 10-18 * * MON-FRI"}).Draw(t, "every"),
			Batch: rapid.IntRange(1, 100_000).Draw(t, "batch"), LinkLife: time.Duration(rapid.IntRange(1, 3500).Draw(t, "life")) * time.Second,
		},
		Payment: rapid.SampledFrom([]string{sale.PaymentNone, sale.PaymentOnSite}).Draw(t, "payment"),
		Mail:    sale.MailSettings{From: "Lakeside <tickets@lakeside.example>", Receipt: rapid.Bool().Draw(t, "receipt")},
	}
	if rapid.Bool().Draw(t, "quiet") {
		from := rapid.IntRange(0, 86_399).Draw(t, "from")
		s.Dispatch.Quiet = sale.QuietHours{From: from, To: (from + rapid.IntRange(1, 60).Draw(t, "to")) % 86_400}
	}
	if rapid.Bool().Draw(t, "organizer") {
		s.Organizer = sale.Organizer{Name: anyText("").Draw(t, "name"), Terms: "https://lakeside.example/a?b=c#d"}
	}
	if rapid.Bool().Draw(t, "more mail") {
		s.Mail.From, s.Mail.ReplyTo = `"Lakeside: #1, \"the\" {best}" <tickets@lakeside.example>`, "help@lakeside.example"
		s.Mail.Alternatives = anyLines(t)
	}
	if rapid.Bool().Draw(t, "brand") {
		logo, err := sale.ReadLogo([]byte(smallLogo))
		if err != nil {
			t.Fatal(err)
		}
		s.Brand = sale.Brand{Accent: "#0f6b5c", AccentDark: rapid.SampledFrom([]string{"", "#6fcdb8"}).Draw(t, "dark"), Logo: logo}
		s.Embed.Origins = []string{"https://festival.example", "http://[::1]:4000"}
	}
	if rapid.Bool().Draw(t, "robots") {
		s.Robots = &sale.Robots{
			ProofOfWork: rapid.Bool().Draw(t, "proof"), Work: rapid.IntRange(1_000, 5_000_000).Draw(t, "work"),
			Disposable: rapid.SampledFrom([]sale.Disposable{"allow", "flag", "refuse"}).Draw(t, "disposable"),
			Networks:   rapid.Bool().Draw(t, "networks"),
		}
		domains := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"no.example", "1e5.example", "0x1.example"}), 1, 3, rapid.ID[string])
		if rapid.Bool().Draw(t, "lists") {
			s.Robots.Allow, s.Robots.Deny = domains.Draw(t, "allow"), []string{"bad.example"}
		}
	}
	if rapid.Bool().Draw(t, "event") {
		s.Event = sale.Event{Starts: opens, Ends: opens.Add(later("event", time.Minute)), Venue: rapid.SampledFrom([]string{"", "Quai 1, 8000 Zürich: #3"}).Draw(t, "venue")}
	}
	if rapid.Bool().Draw(t, "own texts") {
		s.Texts = sale.Texts{"landing": anyWords(t), "offer_subject": {"en": `Now: "{title}"\ #1`}}
	}
	sum := 0
	for i := range rapid.IntRange(1, 4).Draw(t, "types") {
		stock := rapid.IntRange(1, 10_000).Draw(t, "stock")
		sum += stock
		s.Tickets.Types = append(s.Tickets.Types, sale.TicketType{
			ID:    fmt.Sprintf("%s%d", rapid.SampledFrom([]string{"", "no", "1e", "0x", "a-"}).Draw(t, "id"), i),
			Title: anyTexts(t, "type", ""), Stock: stock, Price: rapid.Int64Range(0, 1_000_000).Draw(t, "price"),
		})
	}
	s.Tickets.Capacity = rapid.IntRange(1, sum).Draw(t, "capacity")
	if rapid.Bool().Draw(t, "venue") {
		s.Tickets.VenueMaximum = sum + rapid.IntRange(0, 10).Draw(t, "more")
	}
	s.Tickets.MaxPerFan = rapid.IntRange(1, min(s.Tickets.Capacity, 100)).Draw(t, "max")
	s.Caps = sale.SuggestCaps(s.Tickets.Capacity, s.Tickets.MaxPerFan)
	return s
}
