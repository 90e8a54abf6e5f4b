package checkout

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/inturn/inturn/internal/sale"
)

// purchase is what a fan asks for. Quantities holds the types of which they
// want at least one; Version is the sale's version they were looking at, 0
// when they do not say.
type purchase struct {
	Quantities  sale.Quantities
	Version     int64
	Idempotency string
}

// quantityPrefix marks the fields that hold quantities: "qty.fri".
const quantityPrefix = "qty."

// maxIdempotency is how long an Idempotency-Key may be.
const maxIdempotency = 255

// readPurchase reads a form or a JSON body. What could be read is returned
// also beside an error, so that a page can show it again.
func readPurchase(r *http.Request) (purchase, error) {
	p := purchase{Quantities: sale.Quantities{}}
	body, err := io.ReadAll(r.Body) // the body limit is the server's
	if err != nil {
		return p, cutOff(err)
	}
	if p.Idempotency, err = idempotencyKey(r.Header); err != nil {
		return p, err
	}
	switch kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind {
	case "application/json":
		err = p.readJSON(body)
	case "application/x-www-form-urlencoded", "":
		err = p.readForm(string(body))
	default:
		err = sale.E(sale.CodeBadRequest, "Quantities come as a form (application/x-www-form-urlencoded) or as JSON (application/json).")
	}
	if err == nil && p.Quantities.Total() == 0 {
		err = sale.E(sale.CodeBadQuantity, "Please choose how many tickets you would like, at least one.")
	}
	return p, err
}

// cutOff keeps a body that is over the limit, which the server knows how to
// answer, apart from one that did not arrive whole.
func cutOff(err error) error {
	if big := (*http.MaxBytesError)(nil); errors.As(err, &big) {
		return err
	}
	return sale.Wrap(sale.CodeBadRequest, err, "The request was cut off.")
}

func idempotencyKey(h http.Header) (string, error) {
	key := h.Get("Idempotency-Key")
	for _, c := range []byte(key) {
		if c < ' ' || c > '~' || len(key) > maxIdempotency {
			return "", sale.E(sale.CodeInvalid, "An Idempotency-Key is at most %d printable ASCII characters.", maxIdempotency)
		}
	}
	return key, nil
}

// readForm reads url-encoded fields. Fields of other names, such as that of
// a button, are nobody's mistake.
func (p *purchase) readForm(body string) error {
	fields, err := url.ParseQuery(body)
	if err != nil {
		return sale.E(sale.CodeBadRequest, "The form could not be read.")
	}
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		values := fields[name]
		switch {
		case strings.HasPrefix(name, quantityPrefix):
			for _, value := range values {
				wrong = append(wrong, p.set(strings.TrimPrefix(name, quantityPrefix), value))
			}
		case name == "version":
			wrong = append(wrong, p.setVersion(values[0]))
		}
	}
	return errors.Join(wrong...)
}

// readJSON reads {"qty.fri": 2} or {"qty": {"fri": 2}}, either with
// "version". Every other field is a mistake.
func (p *purchase) readJSON(body []byte) error {
	return members(body, func(name string, value json.RawMessage) error {
		switch {
		case name == "qty":
			return members(value, func(id string, n json.RawMessage) error { return p.set(id, string(n)) })
		case strings.HasPrefix(name, quantityPrefix):
			return p.set(strings.TrimPrefix(name, quantityPrefix), string(value))
		case name == "version":
			return p.setVersion(string(value))
		default:
			return &sale.Error{
				Code: sale.CodeInvalid, Message: "There is a field that does not belong here.",
				Fields: []sale.FieldError{{Field: name, Message: "is unknown; the fields are qty and version"}},
			}
		}
	})
}

// set notes the quantity of one type. A type named twice is refused: one of
// the two would have to be ignored.
func (p *purchase) set(id, typed string) error {
	n, err := sale.ParseQuantity(strings.TrimSpace(typed))
	if _, twice := p.Quantities[id]; err != nil || twice {
		return badQuantity(id)
	}
	if n > 0 {
		p.Quantities[id] = n
	}
	return nil
}

func badQuantity(id string) error {
	return &sale.Error{
		Code: sale.CodeBadQuantity, Message: "Please choose a whole number of tickets for each type, once.",
		Fields: []sale.FieldError{{Field: quantityPrefix + id, Message: "is not a number of tickets"}},
	}
}

func (p *purchase) setVersion(typed string) error {
	n, err := strconv.ParseInt(typed, 10, 64)
	if err != nil || n < 1 {
		return &sale.Error{
			Code: sale.CodeInvalid, Message: "The sale's version cannot be read.",
			Fields: []sale.FieldError{{Field: "version", Message: "is not a version"}},
		}
	}
	p.Version = n
	return nil
}

// members calls each for every member of the one JSON object that data is.
// encoding/json would let the last of two members of one name win, and let
// anything follow.
func members(data []byte, each func(name string, value json.RawMessage) error) error {
	malformed := sale.E(sale.CodeBadRequest, `The body is not a JSON object like {"qty": {"ticket": 2}}.`)
	d := json.NewDecoder(bytes.NewReader(data))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return malformed
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return malformed
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return malformed
		}
		if err := each(name.(string), value); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil { // the closing brace
		return malformed
	}
	if _, err := d.Token(); err != io.EOF {
		return malformed
	}
	return nil
}
