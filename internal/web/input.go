package web

import (
	"bytes"
	"encoding/json"
	"io"
	"net/url"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/sale"
)

// HasJSON says whether the body claims to be JSON.
func HasJSON(c echo.Context) bool { return isJSON(c.Request().Header.Get("Content-Type")) }

// Form reads an urlencoded body. The query string is no part of it: what
// changes something is never taken from an address.
func Form(c echo.Context) (url.Values, error) {
	body, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return nil, unreadable(err)
	}
	v, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, sale.Wrap(sale.CodeBadRequest, err, "The form could not be read.")
	}
	return v, nil
}

// Decode reads a JSON body into a narrow struct. Unknown fields and anything
// after the value are refused.
func Decode(c echo.Context, into any) error {
	body, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return unreadable(err)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return sale.Wrap(sale.CodeBadRequest, err, "The body is not the JSON that this address takes.")
	}
	if _, err := d.Token(); err != io.EOF {
		return sale.E(sale.CodeBadRequest, "There is something after the JSON in the body.")
	}
	return nil
}

// unreadable keeps a body that is too large apart from one that was cut off.
func unreadable(err error) error {
	if e := Known(err); e.Code == sale.CodeTooLarge {
		return e
	}
	return sale.Wrap(sale.CodeBadRequest, err, "The request was cut off.")
}
