package templates

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"github.com/goccy/go-yaml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// message is one text of one language, and the file it stands in.
type message struct {
	*i18n.Message
	file string
}

// catalog is the messages of one language by key.
type catalog map[string]message

// readLocales reads every message file: locales/LANG.yaml is a whole language
// in one file, locales/LANG/*.yaml one in several. A language may have both.
func readLocales(files fs.FS) (map[string]catalog, error) {
	all := map[string]catalog{}
	for _, pattern := range []string{"locales/*.yaml", "locales/*/*.yaml"} {
		names, err := fs.Glob(files, pattern)
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", pattern, err)
		}
		for _, name := range names {
			lang := strings.TrimSuffix(strings.Split(name, "/")[1], ".yaml")
			if err := checkLanguage(lang); err != nil {
				return nil, fmt.Errorf("read %s: %w", name, err)
			}
			if all[lang] == nil {
				all[lang] = catalog{}
			}
			if err := all[lang].read(files, name); err != nil {
				return nil, fmt.Errorf("read %s: %w", name, err)
			}
		}
	}
	return all, nil
}

// checkLanguage takes the shortest form of a tag only: it becomes part of
// addresses, and each page has one address per language.
func checkLanguage(lang string) error {
	tag, err := language.Parse(lang)
	if err != nil || tag.String() != lang {
		return fmt.Errorf("%q is not a language tag in its shortest form, such as de or de-CH", lang)
	}
	if newTranslator(lang) == nil {
		return fmt.Errorf("cldr.go does not know how %q writes numbers and dates", lang)
	}
	return nil
}

func (c catalog) read(files fs.FS, name string) error {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	parsed, err := i18n.ParseMessageFileBytes(data, path.Base(name), map[string]i18n.UnmarshalFunc{"yaml": yaml.Unmarshal})
	if err != nil {
		return err
	}
	for _, m := range parsed.Messages {
		if other, twice := c[m.ID]; twice {
			return fmt.Errorf("%s stands in %s already", m.ID, other.file)
		}
		for _, form := range forms(m) {
			if _, err := template.New("").Parse(*form); err != nil {
				return fmt.Errorf("%s: %w", m.ID, err)
			}
		}
		c[m.ID] = message{m, name}
	}
	return nil
}

// complete gives every language what its messages are used with: a regional
// language the messages of its base, every message its plural forms, and
// punctuation that does not begin a line.
func complete(all map[string]catalog) {
	for lang, own := range all {
		base, _, regional := strings.Cut(lang, "-")
		if !regional {
			continue
		}
		for key, m := range all[base] {
			if _, has := own[key]; !has {
				own[key] = m
			}
		}
	}
	for _, own := range all {
		for _, m := range own {
			fillForms(m.Message)
			for _, form := range forms(m.Message) {
				*form = bind(*form)
			}
		}
	}
}

// forms are the plural forms of a message, "other" last.
func forms(m *i18n.Message) []*string {
	return []*string{&m.Zero, &m.One, &m.Two, &m.Few, &m.Many, &m.Other}
}

// fillForms puts "other" where a message with plural forms lacks one. French,
// for example, has a form for whole millions, which no text of ours reaches.
func fillForms(m *i18n.Message) {
	all := forms(m)
	plural := slices.ContainsFunc(all[:len(all)-1], func(form *string) bool { return *form != "" })
	for _, form := range all {
		if plural && *form == "" {
			*form = m.Other
		}
	}
}

var (
	beforeMark = regexp.MustCompile(` ([;!?])`)
	inQuotes   = regexp.MustCompile(`« ([^»]*) »`)
)

// bind makes the blanks of French punctuation unbreakable: narrow ones before
// ; ! ?, full ones before : and inside « », so that the message files can be
// typed with plain blanks. No other language has blanks there.
func bind(s string) string {
	s = beforeMark.ReplaceAllString(s, "\u202f$1")
	s = strings.ReplaceAll(s, " :", "\u00a0:")
	return inQuotes.ReplaceAllString(s, "«\u00a0$1\u00a0»")
}

// sortedLanguages has the fallback first: the order in which languages match
// somebody who reads none of them.
func sortedLanguages(all map[string]catalog) []string {
	langs := slices.Sorted(maps.Keys(all))
	langs = slices.DeleteFunc(langs, func(lang string) bool { return lang == fallback })
	return slices.Insert(langs, 0, fallback)
}
