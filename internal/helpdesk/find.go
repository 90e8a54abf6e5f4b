package helpdesk

import (
	"context"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/idna"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// aNumber is a place's number as people write it: 1412, 1,412, 1.412, 1 412
// or #1412.
var aNumber = regexp.MustCompile(`^#?\d{1,3}(?:[,.'’ \x{a0}\x{202f}]?\d{3})*$|^#?\d{1,10}$`)

// ParseAddress reads an address with the grammar of the form.
func ParseAddress(typed string) (sale.Address, error) {
	return sale.ParseAddress(typed, idna.Lookup.ToASCII)
}

// Find looks for what somebody typed: a number, or an address in any spelling.
// An address that has no place is not an error; a number that was never given
// is, with CodeNotFound.
func Find(ctx context.Context, l *line.Line, slug, typed string) (line.Found, error) {
	typed = strings.TrimSpace(typed)
	if aNumber.MatchString(typed) {
		digits := strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, typed)
		n, err := strconv.Atoi(digits)
		if err != nil {
			return line.Found{}, sale.E(sale.CodeNotFound, "There is no place %s in this line.", digits)
		}
		_, err = l.Place(ctx, slug, n)
		if sale.CodeOf(err) == sale.CodeNotFound {
			return line.Found{}, sale.E(sale.CodeNotFound, "There is no place %s in this line.", digits)
		}
		return line.Found{Numbers: []int{n}}, err
	}
	a, err := ParseAddress(typed)
	if err != nil {
		return line.Found{}, err
	}
	return l.Find(ctx, slug, a)
}
