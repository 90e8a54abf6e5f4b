package export

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// Format is how it is written.
type Format string

// The formats.
const (
	CSV  Format = "csv"  // RFC 4180 with a header line
	JSON Format = "json" // an array with one object a line
)

// ContentType is the format's media type.
func (f Format) ContentType() string {
	if f == JSON {
		return "application/json"
	}
	return "text/csv; charset=utf-8; header=present"
}

// Open checks what is asked for and reads the first page, so that what cannot
// be had is refused before anything is written.
func (s Source) Open(ctx context.Context, what string, f Format) (*Export, error) {
	if f != CSV && f != JSON {
		return nil, sale.E(sale.CodeNotFound, "Data is taken out as csv or json, not as %q.", string(f))
	}
	of, err := s.sheet(what)
	if err != nil {
		return nil, err
	}
	first, err := of.next(ctx)
	if err != nil {
		return nil, fmt.Errorf("take out the %s of %s: %w", what, s.Sale, err)
	}
	return &Export{what: what, sale: s.Sale, format: f, sheet: of, page: first}, nil
}

// Export is one thing on its way out.
type Export struct {
	what, sale string
	format     Format
	sheet      sheet
	page       [][]any
}

// Name is a file's name for it.
func (e *Export) Name() string { return e.sale + "-" + e.what + "." + string(e.format) }

// Type is its media type.
func (e *Export) Type() string { return e.format.ContentType() }

// Write writes all of it, page by page. An error means that what was written
// is not the whole, and must not look so to whoever has it.
func (e *Export) Write(ctx context.Context, w io.Writer) error {
	out := rowWriter(&csvRows{w: csv.NewWriter(w)})
	if e.format == JSON {
		out = &jsonRows{w: w}
	}
	err := out.begin(e.sheet.columns)
	for err == nil && len(e.page) > 0 {
		if err = out.rows(e.page); err == nil {
			e.page, err = e.sheet.next(ctx)
		}
	}
	if err == nil {
		err = out.end()
	}
	if err != nil {
		return fmt.Errorf("take out the %s of %s: %w", e.what, e.sale, err)
	}
	return nil
}

// rowWriter writes rows; each page has left it when rows returns.
type rowWriter interface {
	begin(columns []string) error
	rows(page [][]any) error
	end() error
}

type csvRows struct{ w *csv.Writer }

func (c *csvRows) begin(columns []string) error {
	c.w.UseCRLF = true
	return c.flush(c.w.Write(columns))
}

func (c *csvRows) rows(page [][]any) error {
	for _, row := range page {
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = cell(v)
		}
		if err := c.w.Write(cells); err != nil {
			return err
		}
	}
	return c.flush(nil)
}

func (c *csvRows) end() error { return nil }

func (c *csvRows) flush(err error) error {
	c.w.Flush()
	if err != nil {
		return err
	}
	return c.w.Error()
}

func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return FormulaSafe(strings.ToValidUTF8(v, "\ufffd"))
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		return moment(v)
	default:
		return FormulaSafe(fmt.Sprint(v))
	}
}

// FormulaSafe keeps a spreadsheet from running what a stranger typed: a cell
// that would start a formula starts with an apostrophe instead (OWASP, CSV
// injection).
func FormulaSafe(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

type jsonRows struct {
	w       io.Writer
	keys    [][]byte
	started bool
	buf     []byte
}

func (j *jsonRows) begin(columns []string) error {
	for i, name := range columns {
		key, err := json.Marshal(name)
		if err != nil {
			return err
		}
		lead := byte(',')
		if i == 0 {
			lead = '{'
		}
		j.keys = append(j.keys, append(append([]byte{lead}, key...), ':'))
	}
	_, err := j.w.Write([]byte("["))
	return err
}

func (j *jsonRows) rows(page [][]any) error {
	j.buf = j.buf[:0]
	for _, row := range page {
		if j.started {
			j.buf = append(j.buf, ',')
		}
		j.started = true
		j.buf = append(j.buf, '\n')
		for i, v := range row {
			if t, ok := v.(time.Time); ok {
				v = nil
				if !t.IsZero() {
					v = moment(t)
				}
			}
			value, err := json.Marshal(v)
			if err != nil {
				return err
			}
			j.buf = append(append(j.buf, j.keys[i]...), value...)
		}
		j.buf = append(j.buf, '}')
	}
	_, err := j.w.Write(j.buf)
	return err
}

// end closes the array: without it the document is none.
func (j *jsonRows) end() error {
	_, err := j.w.Write([]byte("\n]\n"))
	return err
}
