package templates

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template/parse"

	"github.com/inturn/inturn/internal/sale"
)

// TestTexts names every text that is missing, in any language, or is not what
// the templates need: each complaint carries the file and the key.
func TestTexts(t *testing.T) {
	ts := newTemplates(t)
	all, err := readLocales(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, complaint := range complaints(all, allCalls(t, ts)) {
		t.Error(complaint)
	}
}

// call is a place where a text is asked for.
type call struct {
	where  string // "registration/place"
	key    string
	plural bool // by tn
}

// fromCode are the texts that Go code asks for, not a template.
func fromCode() []call {
	all := []call{
		{"format.go", "time.days", true},
		{"format.go", "time.hours", true},
		{"format.go", "time.minutes", true},
		{"format.go", "time.seconds", true},
		{"format.go", "time.both", false},
		{"format.go", "time.clock", false},
		{"format.go", "time.moment", false},
		{"format.go", "zone.offset", false},
		{"words.go", "language", false},
		{"calendar.go", "calendar.opening.summary", false},
		{"calendar.go", "calendar.opening.text", false},
	}
	return all
}

// constants reads the constants of a type from where they are
// declared, so that nobody adds one without its texts.
func constants(t *testing.T, file, kind string) []string {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, found := range regexp.MustCompile(`\w+ +`+kind+` += "(\w+)"`).FindAllStringSubmatch(string(source), -1) {
		all = append(all, found[1])
	}
	if len(all) < 10 {
		t.Fatalf("found only %d constants of type %s in %s", len(all), kind, file)
	}
	return all
}

// spelled says what stands for * in a key that a template puts together, such
// as (print "landing." .Notice ".tag").
func spelled(t *testing.T) map[string][]string {
	notices := strs(NoticeBefore, NoticeGuaranteed, NoticeStandby, NoticeFull, NoticeClosed)
	payments := strs(sale.PaymentNone, sale.PaymentOnSite)
	classes := strs(sale.Guaranteed, sale.Standby)
	codes := append(constants(t, "../internal/sale/errors.go", "Code"), "method_not_allowed") // known to internal/web only
	over := []string{"expired", "declined", "closed"}
	times := []string{"night", "day"} // sale.QuietHours.Word
	plain := strs(PlacePreparing, PlaceClosing, PlaceCancelled, PlaceExpired, PlaceDeclined, PlaceBounced,
		PlaceUndelivered, PlaceWithdrawn, PlaceVoided, PlaceSoldOut, PlaceOver)
	return map[string][]string{
		"checkout.problem.*":    strs(sale.CodeBadQuantity, sale.CodeTooManyTickets, sale.CodePriceChanged),
		"checkout.payment.*":    payments,
		"checkout.button.*":     payments,
		"checkout.over.*.title": over,
		"checkout.over.*.text":  over,
		"mail.order.payment.*":  payments,
		"index.notice.*":        notices,
		"landing.*.tag":         notices,
		"landing.*.heading":     notices,
		"landing.*.text":        notices,
		"landing.*.button":      strs(NoticeGuaranteed, NoticeStandby),
		"landing.address.*":     constants(t, "../internal/sale/address.go", "Reason"),
		"landing.problem.*":     strs(sale.CodeBadAddress, sale.CodeInvalid, sale.CodeTooMany, sale.CodeOverloaded, sale.CodeUnavailable, sale.CodeNotOpenYet, sale.CodeClosed, sale.CodeFull, sale.CodeBadProof),
		"landing.how.quiet.*":   times,
		"place.quiet.*":         times,
		"place.class.*":         classes,
		"place.waiting.*":       classes,
		"place.*.heading":       append(strs(PlaceWaiting, PlaceOpen, PlaceBought), plain...),
		"place.*.text":          plain,
		"progress.*.heading":    strs(ProgressBefore, ProgressMoving, ProgressSoldOut, ProgressOver),
		"progress.*.text":       strs(ProgressBefore, ProgressMoving, ProgressSoldOut, ProgressOver),
		"errors.*.title":        codes,
		"errors.*.text":         codes,
	}
}

func strs[S ~string](all ...S) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = string(s)
	}
	return out
}

var (
	// written finds calls of t and tn in the written form of a parse tree:
	// t "key", and tn (print "a." .B ".c").
	written = regexp.MustCompile(`\b(tn?) (?:"([^"]+)"|\(print ([^()]*)\))`)
	// anyCall finds those that written cannot read, too.
	anyCall = regexp.MustCompile(`(?:^|[({| ])(tn?) [^=:|})]`)
	quoted  = regexp.MustCompile(`"([^"]*)"|\S+`)
)

// allCalls lists every text that the program can ask for.
func allCalls(t *testing.T, ts *Templates) []call {
	t.Helper()
	trees := map[string]*parse.Tree{} // "registration/place form" → the tree
	for k, set := range ts.pages {
		for _, tmpl := range set.Templates() {
			trees[k.name+" "+tmpl.Name()] = tmpl.Tree
		}
	}
	for k, set := range ts.texts {
		for _, tmpl := range set.Templates() {
			trees[k.name+".txt "+tmpl.Name()] = tmpl.Tree
		}
	}
	domain := spelled(t)
	all := fromCode()
	for _, pattern := range []string{"errors.*.title", "errors.*.text"} {
		for _, code := range domain[pattern] {
			all = append(all, call{"errorpage.go", strings.Replace(pattern, "*", code, 1), false})
		}
	}
	for where, tree := range trees {
		if tree == nil {
			continue
		}
		text := tree.Root.String()
		found := written.FindAllStringSubmatch(text, -1)
		for _, one := range found {
			key := one[2]
			if key != "" {
				all = append(all, call{where, key, one[1] == "tn"})
				continue
			}
			for _, part := range quoted.FindAllStringSubmatch(one[3], -1) {
				if key += part[1]; part[1] == "" {
					key += "*"
				}
			}
			values, known := domain[key]
			if !known {
				t.Errorf("%s: what stands for * in %q is not in spelled", where, key)
			}
			for _, value := range values {
				all = append(all, call{where, strings.Replace(key, "*", value, 1), one[1] == "tn"})
			}
		}
		if n := len(anyCall.FindAllString(text, -1)); n > len(found) {
			t.Errorf("%s: %d calls of t and tn, of which this test can read %d", where, n, len(found))
		}
	}
	slices.SortFunc(all, func(a, b call) int { return strings.Compare(a.key+a.where, b.key+b.where) })
	return all
}

// TestTextsAreNamed shows that TestTexts can fail, and what it says then.
func TestTextsAreNamed(t *testing.T) {
	calls := []call{{"page", "a.title", false}, {"page", "a.count", true}}
	english := "a: {title: 'For {{.Name}}', count: {one: 'one ticket', other: '{{.Count}} tickets'}}\n"
	for name, c := range map[string]struct {
		lang, text string
		calls      []call
		want       []string
	}{
		"as it should be": {"fr", "a: {title: 'Pour {{.Name}}', count: {one: 'un billet', other: '{{.Count}} billets'}}", calls, nil},
		"missing": {
			"de", "a: {count: {one: 'ein Ticket', other: '{{.Count}} Tickets'}}", calls,
			[]string{`locales/de: a.title is missing; in locales/en.yaml: For {{.Name}}`},
		},
		"a plural form that Polish has": {
			"pl", "a: {title: 'Dla {{.Name}}', count: {one: 'bilet', few: '{{.Count}} bilety', other: '{{.Count}} biletu'}}", calls,
			[]string{`locales/pl.yaml: a.count has no plural form "many"`},
		},
		"a plural form that German has not": {
			"de", "a: {title: 'Für {{.Name}}', count: {one: 'ein Ticket', few: 'paar', other: '{{.Count}} Tickets'}}", calls,
			[]string{`locales/de.yaml: a.count has a plural form "few", which its language has not`},
		},
		"no plural at all": {
			"de", "a: {title: 'Für {{.Name}}', count: '{{.Count}} Tickets'}", calls,
			[]string{`locales/de.yaml: a.count has no plural form "one"`},
		},
		"another value": {
			"de", "a: {title: 'Für {{.Neme}}', count: {one: 'ein Ticket', other: '{{.Count}} Tickets'}}", calls,
			[]string{`locales/de.yaml: a.title uses [Neme], the English text [Name]`},
		},
		"nobody asks for it": {
			"de", "a: {title: 'Für {{.Name}}', count: {one: 'ein Ticket', other: '{{.Count}} Tickets'}}", calls[:1],
			[]string{`locales/en.yaml: a.count: no template asks for it`},
		},
		"not in English": {
			"de", "a: {titel: 'x', title: 'Für {{.Name}}', count: {one: 'ein Ticket', other: '{{.Count}} Tickets'}}", calls,
			[]string{`locales/de.yaml: a.titel: there is no such text in English`},
		},
		"asked for, but nowhere": {
			"de", "a: {title: 'Für {{.Name}}', count: {one: 'ein Ticket', other: '{{.Count}} Tickets'}}", append(slices.Clone(calls), call{"page", "b.c", false}),
			[]string{`locales/en: b.c is missing; page asks for it`},
		},
		"asked for by t, but plural": {
			"de", "a: {title: 'Für {{.Name}}', count: {one: 'ein Ticket', other: '{{.Count}} Tickets'}}", append(slices.Clone(calls), call{"page", "a.count", false}),
			[]string{`page asks for a.count by t, but it has plural forms`},
		},
		"empty": {
			"de", "a: {title: '', count: {one: 'ein Ticket', other: '{{.Count}} Tickets'}}", calls,
			[]string{`locales/de.yaml: a.title is empty`, `locales/de.yaml: a.title uses [], the English text [Name]`},
		},
		"French without blanks": {
			"fr", "a: {title: 'Pour {{.Name}}: oui', count: {one: 'l''un', other: '{{.Count}} billets'}}", calls,
			[]string{`locales/fr.yaml: a.count: the apostrophe is ’`, `locales/fr.yaml: a.title: a blank belongs before : ; ? !`},
		},
		"German with ß": {
			"de", "a: {title: 'Größe für {{.Name}}', count: {one: 'ein Ticket', other: '{{.Count}} Tickets'}}", calls,
			[]string{`locales/de.yaml: a.title: written without ß, for Switzerland`},
		},
		"German with ss": {
			"de", "a: {title: 'Ausserdem für {{.Name}}', count: {one: 'ein Ticket', other: '{{.Count}} Tickets'}}", calls,
			[]string{`locales/de.yaml: a.title: only Switzerland writes this with ss; another word, please`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			all := map[string]catalog{}
			for lang, text := range map[string]string{"en": english, c.lang: c.text} {
				file := "locales/" + lang + ".yaml"
				all[lang] = catalog{}
				if err := all[lang].read(withLocales(t, map[string]string{file: text}), file); err != nil {
					t.Fatal(err)
				}
			}
			if got := complaints(all, c.calls); !slices.Equal(got, c.want) {
				t.Errorf("complaints\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// TestUnfinishedLanguage shows what a translator is told: every text that the
// example of a fifth language lacks, by name.
func TestUnfinishedLanguage(t *testing.T) {
	all, err := readLocales(withLocales(t, italian(t)))
	if err != nil {
		t.Fatal(err)
	}
	got := complaints(all, allCalls(t, newTemplates(t)))
	for _, c := range got {
		if !strings.HasPrefix(c, "locales/it: ") || !strings.Contains(c, " is missing; in locales/en/") {
			t.Error(c)
		}
	}
	if want := len(all["en"]) - len(all["it"]); len(got) < want-10 || len(got) > want {
		t.Errorf("%d complaints for %d texts that are missing", len(got), want)
	}
	want := "locales/it: mail.receipt.heading is missing; in locales/en/mail.yaml: You are number {{.Number}}"
	if !slices.Contains(got, want) {
		t.Errorf("nobody says %q", want)
	}
}
