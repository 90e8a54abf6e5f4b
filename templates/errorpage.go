package templates

import "io"

// ErrorPage tells a person what went wrong and what to do now. Code is a
// sale.Code; its title and text come from the messages errors.CODE.title and
// errors.CODE.text.
type ErrorPage struct {
	Frame
	Status     int
	Code       string
	Title      string   // from errors.CODE.title
	Text       string   // from errors.CODE.text
	Detail     string   // what exactly, in English; shown on English pages only
	Fields     []string // likewise
	BackURL    string   // where to go from here; empty: nowhere
	RetryAfter int      // seconds; 0: unknown
}

// ErrorPage renders the page. A code without messages is shown as internal.
func (t *Templates) ErrorPage(w io.Writer, d ErrorPage) error {
	d.Lang = t.Language(d.Lang)
	code := d.Code
	title, err := t.Text(d.Lang, "errors."+code+".title")
	if err != nil {
		code = "internal"
		if title, err = t.Text(d.Lang, "errors.internal.title"); err != nil {
			return err
		}
	}
	text, err := t.Text(d.Lang, "errors."+code+".text")
	if err != nil {
		return err
	}
	d.Title, d.Text = title, text
	if d.Lang != fallback {
		d.Detail, d.Fields = "", nil
	}
	return t.render(w, d.Lang, "layout/error", &d)
}
