package console

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// A draft may be a sale file instead of what was typed: its text, right or
// wrong. It is created as `sale apply` would write it, so it has only the last
// step: a form that shows less than the file has would lose the rest.

func isFile(fields map[string]string) bool { return fields[fieldFile] != "" }

// fromFile are the fields of a draft that is a sale file, with what the list
// of drafts shows of it.
func (s *Server) fromFile(text string) map[string]string {
	fields := map[string]string{fieldFile: text}
	if read, err := s.readSaleFile(text); err == nil {
		of := read.Sale
		fields["timezone"], fields["languages"] = of.Timezone, strings.Join(of.Languages, " ")
		fields["title."+first(of.Languages)] = of.Title.In(first(of.Languages))
	}
	return fields
}

// unkept says why a text cannot even be kept until it is right; "" when it can.
func unkept(text string) string {
	switch {
	case strings.TrimSpace(text) == "":
		return "Choose a sale file first: nothing is in this one."
	case !utf8.ValidString(text):
		return "This is no sale file: it is not text in UTF-8."
	}
	return ""
}

// readFile finds what the draft's file comes to. Dates that have passed are
// no mistake: a file is kept beside a sale that has ended.
func (s *Server) readFile(d *setup) {
	read, err := s.readSaleFile(d.typed[fieldFile])
	if err == nil {
		d.sale = read.Sale
		return
	}
	e := web.Known(err)
	if d.order = e.Fields; len(d.order) == 0 {
		d.order = []sale.FieldError{{Message: e.Message}}
	}
}

// inFile says where in the file a mistake is.
func inFile(e sale.FieldError) string {
	if e.Line > 0 {
		return fmt.Sprintf("line %d: %s", e.Line, e.Field)
	}
	return e.Field
}

// refuseTaken refuses a file of a sale that exists.
func (s *Server) refuseTaken(ctx context.Context, d *setup) error {
	if len(d.order) > 0 {
		return nil
	}
	taken, err := s.taken(ctx, d.sale.Slug)
	if taken {
		d.order = []sale.FieldError{{Field: "slug", Message: fmt.Sprintf("%q is a sale already. To change it, upload the file on that sale's own page, under Sale file", d.sale.Slug)}}
	}
	return err
}

// takeFile takes the text of a file that was put right.
func (s *Server) takeFile(fields map[string]string, form url.Values) {
	if text := form.Get(fieldFile); unkept(text) == "" {
		clear(fields)
		maps.Copy(fields, s.fromFile(text))
	}
}

// stepFor is the step on which a draft is looked at.
func stepFor(draft line.Draft, asked setupStep) setupStep {
	if isFile(draft.Fields) {
		steps := setupSteps()
		return steps[len(steps)-1]
	}
	return asked
}

// brandAt is the address of a draft's own colours and logo: its sale's, which
// does not exist yet, is nobody's to read.
func brandAt(draft int64) string { return "draft/" + strconv.FormatInt(draft, 10) }

// brandRoute is the route of [brandAt].
const brandRoute = templates.BrandPath + "draft/:draft/:file"
