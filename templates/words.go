package templates

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// fallback is the language that has every message.
const fallback = "en"

// words is the message files of all languages.
type words struct {
	bundle   *i18n.Bundle
	catalogs map[string]catalog
	langs    []string // fallback first; in the matcher's order
	matcher  language.Matcher
}

// loadWords reads the message files under locales.
func loadWords(files fs.FS) (*words, error) {
	all, err := readLocales(files)
	if err != nil {
		return nil, err
	}
	complete(all)
	w := &words{bundle: i18n.NewBundle(language.MustParse(fallback)), catalogs: all, langs: sortedLanguages(all)}
	tags := make([]language.Tag, len(w.langs))
	for i, lang := range w.langs {
		tags[i] = language.Make(lang)
		for key, m := range all[lang] {
			if err := w.bundle.AddMessages(tags[i], m.Message); err != nil {
				return nil, fmt.Errorf("%s: %s: %w", m.file, key, err)
			}
		}
	}
	w.matcher = language.NewMatcher(tags)
	return w, nil
}

// own is a text that some languages have and others need not; it does not
// fall back to English.
func (w *words) own(lang, key string) (string, bool) {
	m, ok := w.catalogs[lang][key]
	if !ok {
		return "", false
	}
	return m.Other, true
}

// localize gives one message; a message that exists nowhere is an error.
func localize(l *i18n.Localizer, key string, count any, values map[string]any) (string, error) {
	s, err := l.Localize(&i18n.LocalizeConfig{MessageID: key, PluralCount: count, TemplateData: values})
	if err != nil && s == "" {
		return "", fmt.Errorf("message %q: %w", key, err)
	}
	return s, nil
}

// name is what a language calls itself.
func (t *Templates) name(lang string) string {
	if name, ok := t.words.own(lang, "language"); ok {
		return name
	}
	return lang
}

// Languages lists the languages that have message files, English first.
func (t *Templates) Languages() []string { return slices.Clone(t.words.langs) }

// Language is the best available language for what is wanted, most wanted
// first. Each is a BCP 47 tag or a whole Accept-Language header; what cannot
// be read is passed over.
func (t *Templates) Language(wanted ...string) string { return t.words.best(t.words.langs, wanted) }

// LanguageOf is Language among the languages a sale is offered in. A sale
// none of whose languages has messages is shown in English.
func (t *Templates) LanguageOf(offered []string, wanted ...string) string {
	return t.words.best(t.LanguagesOf(offered), wanted)
}

// LanguagesOf lists those of a sale's languages that have messages, in the
// sale's order; English when none has. A region without messages of its own
// is shown in its base: a sale in de-CH in German.
func (t *Templates) LanguagesOf(offered []string) []string {
	var can []string
	for _, lang := range offered {
		if base, _, _ := strings.Cut(lang, "-"); !slices.Contains(t.words.langs, lang) {
			lang = base
		}
		if slices.Contains(t.words.langs, lang) && !slices.Contains(can, lang) {
			can = append(can, lang)
		}
	}
	if len(can) == 0 {
		return []string{fallback}
	}
	return can
}

func (w *words) best(among, wanted []string) string {
	if len(among) == 1 {
		return among[0]
	}
	for _, one := range wanted {
		if slices.Contains(among, one) {
			return one
		}
	}
	matcher := w.matcher
	if !slices.Equal(among, w.langs) {
		tags := make([]language.Tag, len(among))
		for i, lang := range among {
			tags[i] = language.Make(lang)
		}
		matcher = language.NewMatcher(tags)
	}
	_, at := language.MatchStrings(matcher, wanted...)
	return among[at]
}

// Text is one message outside a template, such as the title of an error.
// Values are name, value, name, value…
func (t *Templates) Text(lang, key string, values ...any) (string, error) {
	named, err := pairs(values)
	if err != nil {
		return "", err
	}
	return localize(t.localizer(lang), key, nil, named)
}

func (t *Templates) localizer(lang string) *i18n.Localizer {
	return i18n.NewLocalizer(t.words.bundle, t.Language(lang), fallback)
}

// pairs turns name, value, name, value… into a map.
func pairs(values []any) (map[string]any, error) {
	if len(values)%2 != 0 {
		return nil, fmt.Errorf("values come in pairs of name and value, got %d", len(values))
	}
	m := make(map[string]any, len(values)/2+1)
	for i := 0; i < len(values); i += 2 {
		name, ok := values[i].(string)
		if !ok {
			return nil, fmt.Errorf("the name of a value is a string, not %T", values[i])
		}
		m[name] = values[i+1]
	}
	return m, nil
}
