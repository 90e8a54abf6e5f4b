package templates

import (
	"strings"

	"github.com/go-playground/locales"
	"github.com/go-playground/locales/bg"
	"github.com/go-playground/locales/bs"
	"github.com/go-playground/locales/ca"
	"github.com/go-playground/locales/cs"
	"github.com/go-playground/locales/cy"
	"github.com/go-playground/locales/da"
	"github.com/go-playground/locales/de"
	"github.com/go-playground/locales/de_AT"
	"github.com/go-playground/locales/de_CH"
	"github.com/go-playground/locales/el"
	"github.com/go-playground/locales/en_GB"
	"github.com/go-playground/locales/en_IE"
	"github.com/go-playground/locales/en_US"
	"github.com/go-playground/locales/es"
	"github.com/go-playground/locales/et"
	"github.com/go-playground/locales/eu"
	"github.com/go-playground/locales/fi"
	"github.com/go-playground/locales/fr"
	"github.com/go-playground/locales/fr_BE"
	"github.com/go-playground/locales/fr_CA"
	"github.com/go-playground/locales/fr_CH"
	"github.com/go-playground/locales/fr_LU"
	"github.com/go-playground/locales/ga"
	"github.com/go-playground/locales/gl"
	"github.com/go-playground/locales/hr"
	"github.com/go-playground/locales/hu"
	"github.com/go-playground/locales/is"
	"github.com/go-playground/locales/it"
	"github.com/go-playground/locales/it_CH"
	"github.com/go-playground/locales/lb"
	"github.com/go-playground/locales/lt"
	"github.com/go-playground/locales/lv"
	"github.com/go-playground/locales/mk"
	"github.com/go-playground/locales/mt"
	"github.com/go-playground/locales/nb"
	"github.com/go-playground/locales/nl"
	"github.com/go-playground/locales/nl_BE"
	"github.com/go-playground/locales/nn"
	"github.com/go-playground/locales/pl"
	"github.com/go-playground/locales/pt_BR"
	"github.com/go-playground/locales/pt_PT"
	"github.com/go-playground/locales/rm"
	"github.com/go-playground/locales/ro"
	"github.com/go-playground/locales/ru"
	"github.com/go-playground/locales/sk"
	"github.com/go-playground/locales/sl"
	"github.com/go-playground/locales/sq"
	"github.com/go-playground/locales/sr"
	"github.com/go-playground/locales/sv"
	"github.com/go-playground/locales/tr"
	"github.com/go-playground/locales/uk"
)

// translators say how a language writes numbers and dates, by CLDR, for the
// languages of Europe, where the words for them may still be missing: a new
// language is one message file and no code. English is written as in Britain,
// with the day before the month and 24 hours, which nobody misreads.
var translators = map[string]func() locales.Translator{
	"bg":    bg.New,
	"bs":    bs.New,
	"ca":    ca.New,
	"cs":    cs.New,
	"cy":    cy.New,
	"da":    da.New,
	"de":    de.New,
	"de-AT": de_AT.New,
	"de-CH": de_CH.New,
	"el":    el.New,
	"en":    en_GB.New,
	"en-IE": en_IE.New,
	"en-US": en_US.New,
	"es":    es.New,
	"et":    et.New,
	"eu":    eu.New,
	"fi":    fi.New,
	"fr":    fr.New,
	"fr-BE": fr_BE.New,
	"fr-CA": fr_CA.New,
	"fr-CH": fr_CH.New,
	"fr-LU": fr_LU.New,
	"ga":    ga.New,
	"gl":    gl.New,
	"hr":    hr.New,
	"hu":    hu.New,
	"is":    is.New,
	"it":    it.New,
	"it-CH": it_CH.New,
	"lb":    lb.New,
	"lt":    lt.New,
	"lv":    lv.New,
	"mk":    mk.New,
	"mt":    mt.New,
	"nb":    nb.New,
	"nl":    nl.New,
	"nl-BE": nl_BE.New,
	"nn":    nn.New,
	"pl":    pl.New,
	"pt-BR": pt_BR.New,
	"pt":    pt_PT.New,
	"rm":    rm.New,
	"ro":    ro.New,
	"ru":    ru.New,
	"sk":    sk.New,
	"sl":    sl.New,
	"sq":    sq.New,
	"sr":    sr.New,
	"sv":    sv.New,
	"tr":    tr.New,
	"uk":    uk.New,
}

// newTranslator gives the rules of a language, those of its base where the
// region has none of its own, and nil for one that is not in the table.
func newTranslator(lang string) locales.Translator {
	base, _, _ := strings.Cut(lang, "-")
	for _, tag := range []string{lang, base} {
		if found, ok := translators[tag]; ok {
			return found()
		}
	}
	return nil
}
