package templates

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// optional are texts that a language has only where it has something to say:
// names of time zones.
const optional = "zone.name."

// complaints is everything that is wrong with the messages, one line each,
// sorted. calls is what the program asks for.
func complaints(all map[string]catalog, calls []call) []string {
	english := all[fallback]
	said := map[string]bool{}
	say := func(format string, args ...any) { said[fmt.Sprintf(format, args...)] = true }

	asked := map[string]bool{}
	for _, c := range calls {
		asked[c.key] = true
		m, has := english[c.key]
		switch {
		case !has:
			say("locales/%s: %s is missing; %s asks for it", fallback, c.key, c.where)
		case c.plural && m.One == "":
			say("%s: %s has no plural forms, but %s asks for it by tn", m.file, c.key, c.where)
		case !c.plural && m.One != "":
			say("%s asks for %s by t, but it has plural forms", c.where, c.key)
		}
	}
	for lang, own := range all {
		for key, m := range own {
			for _, wrong := range inText(lang, m) {
				say("%s: %s%s", m.file, key, wrong)
			}
			if strings.HasPrefix(key, optional) {
				continue
			}
			source, has := english[key]
			switch {
			case !has:
				say("%s: %s: there is no such text in English", m.file, key)
			case lang == fallback && !asked[key]:
				say("%s: %s: no template asks for it", m.file, key)
			default:
				for _, wrong := range unlike(lang, source, m) {
					say("%s: %s %s", m.file, key, wrong)
				}
			}
		}
		if strings.Contains(lang, "-") {
			continue // a region needs only what it says differently
		}
		for key, m := range english {
			if _, has := own[key]; !has && !strings.HasPrefix(key, optional) {
				say("locales/%s: %s is missing; in %s: %s", lang, key, m.file, m.Other)
			}
		}
	}
	list := make([]string, 0, len(said))
	for s := range said {
		list = append(list, s)
	}
	slices.Sort(list)
	return list
}

// unlike compares a message with the English one: plural forms as CLDR has
// them for the language, and the same values in the text.
func unlike(lang string, source, m message) []string {
	var wrong []string
	used := pluralForms(lang)
	for _, f := range named(m.Message) {
		switch {
		case source.One == "" && f.name != "other" && f.text != "":
			wrong = append(wrong, fmt.Sprintf("has a plural form %q, the English text none", f.name))
		case source.One != "" && f.text == "" && used[f.name]:
			wrong = append(wrong, fmt.Sprintf("has no plural form %q", f.name))
		case source.One != "" && f.text != "" && !used[f.name] && f.name != "many": // French has it, for millions
			wrong = append(wrong, fmt.Sprintf("has a plural form %q, which its language has not", f.name))
		}
	}
	if got, want := values(m.Message), values(source.Message); !slices.Equal(got, want) {
		wrong = append(wrong, fmt.Sprintf("uses %v, the English text %v", got, want))
	}
	return wrong
}

type form struct{ name, text string }

func named(m *i18n.Message) []form {
	return []form{{"zero", m.Zero}, {"one", m.One}, {"two", m.Two}, {"few", m.Few}, {"many", m.Many}, {"other", m.Other}}
}

// pluralForms are the forms that CLDR gives a language for the numbers that
// can come up here: whole, and below a million.
func pluralForms(lang string) map[string]bool {
	names := map[plural.Form]string{
		plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other",
	}
	used := map[string]bool{"other": true} // go-i18n wants it always
	tag := language.Make(lang)
	for n := range 1000 {
		used[names[plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0)]] = true
	}
	return used
}

var value = regexp.MustCompile(`\{\{-?\s*\.(\w+)`)

// values are the names that a text takes values by, over all plural forms.
func values(m *i18n.Message) []string {
	names := []string{}
	for _, f := range named(m) {
		for _, found := range value.FindAllStringSubmatch(f.text, -1) {
			names = append(names, found[1])
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// rules are what a native reader would trip over and a program can see.
var rules = map[string][]struct {
	wrong *regexp.Regexp
	says  string
}{
	"en": {{regexp.MustCompile(`\w'\w`), "the apostrophe is ’"}},
	"nl": {{regexp.MustCompile(`\w'\w`), "the apostrophe is ’"}},
	"de": {
		{regexp.MustCompile(`ß`), "written without ß, for Switzerland"},
		{regexp.MustCompile(`(?i)\b(ausser|gross|grüss|heiss|weiss|strasse|spass|massnahm|regelmäss|schliess)`), "only Switzerland writes this with ss; another word, please"},
	},
	"fr": {
		{regexp.MustCompile(`\w'\w`), "the apostrophe is ’"},
		{regexp.MustCompile(`[^\s\x{a0}\x{202f}][:;?!](\s|$)`), "a blank belongs before : ; ? !"},
		{regexp.MustCompile(`[“”"„]`), "quotation marks are « »"},
	},
}

// inText is what is wrong with a text by itself.
func inText(lang string, m message) []string {
	var wrong []string
	if m.Other == "" {
		wrong = append(wrong, " is empty")
	}
	for _, rule := range rules[lang] {
		for _, f := range named(m.Message) {
			if rule.wrong.MatchString(f.text) {
				wrong = append(wrong, ": "+rule.says)
				break
			}
		}
	}
	for _, f := range named(m.Message) {
		if strings.TrimSpace(f.text) != f.text || strings.Contains(f.text, "  ") {
			wrong = append(wrong, ": has blanks that are not needed")
			break
		}
	}
	return wrong
}
