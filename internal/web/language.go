package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/templates"
)

// languageParam is the query parameter with which a reader asks for a
// language. It wins over everything that was negotiated.
const languageParam = "lang"

// AskedLanguage is the language that the address asks for; empty when it does
// not, or not by something that could be a language.
func AskedLanguage(c echo.Context) string {
	lang := c.QueryParam(languageParam)
	if len(lang) > 35 || strings.Trim(lang, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != "" {
		return ""
	}
	return lang
}

// LanguageQuery carries a language that was asked for over to another
// address: "?lang=de", or nothing.
func LanguageQuery(c echo.Context) string {
	if lang := AskedLanguage(c); lang != "" {
		return "?" + languageParam + "=" + lang
	}
	return ""
}

// Alternates are the addresses of this very page in other languages. What
// else the query says is kept.
func Alternates(c echo.Context, langs []string) []templates.Alternate {
	query := url.Values{}
	for name, values := range c.QueryParams() {
		if name != languageParam {
			query[name] = values
		}
	}
	all := make([]templates.Alternate, len(langs))
	for i, lang := range langs {
		query.Set(languageParam, lang)
		all[i] = templates.Alternate{Lang: lang, URL: "?" + query.Encode()}
	}
	return all
}

// Language is the best language for what the address asks for, or else for
// the client's Accept-Language.
func (s *Server) Language(c echo.Context) string {
	return s.o.Templates.Language(AskedLanguage(c), c.Request().Header.Get("Accept-Language"))
}

// inLanguages completes the frame of an error page: its language, and where
// the same can be read in another. What answers a form cannot be asked for
// again by a link, so there the links lead to the page the form stands on.
func (s *Server) inLanguages(c echo.Context, f Surroundings) Surroundings {
	if f.Lang == "" {
		f.Lang = s.Language(c)
	}
	langs := s.o.Templates.Languages()
	if f.Sale != nil {
		langs = s.o.Templates.LanguagesOf(f.Sale.Languages)
	}
	switch {
	case f.In != nil:
		f.Languages = nil
		for _, lang := range langs {
			f.Languages = append(f.Languages, templates.Alternate{Lang: lang, URL: f.In(lang)})
		}
	case c.Request().Method == http.MethodGet:
		f.Languages = Alternates(c, langs)
	case f.Back != "":
		f.Languages = nil
		for _, lang := range langs {
			f.Languages = append(f.Languages, templates.Alternate{Lang: lang, URL: f.Back + "?" + languageParam + "=" + lang})
		}
		f.Back += LanguageQuery(c)
	default:
		f.Languages = nil
	}
	return f
}
