package sale

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// mostWhy is how many characters a reason may have.
const mostWhy = 300

// anAddress finds what looks like an e-mail address.
var anAddress = regexp.MustCompile(`[^\s@]@[^\s@]`)

// CheckWhy reads the reason that an organizer gives for what he does: one line,
// that stands in the audit for ever. So one that names an address is refused:
// it could not be erased with the person. CodeInvalid comes with the field
// "why".
func CheckWhy(typed string) (string, error) {
	why := strings.TrimFunc(typed, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }) // what nobody sees is no reason
	var wrong string
	switch {
	case why == "":
		wrong = "Say why. It is kept in the history."
	case utf8.RuneCountInString(why) > mostWhy:
		wrong = fmt.Sprintf("A reason has at most %d characters.", mostWhy)
	case !utf8.ValidString(why) || strings.ContainsFunc(why, unicode.IsControl):
		wrong = "A reason is one line of text."
	case anAddress.MatchString(why):
		wrong = "Leave e-mail addresses out: the reason is kept for ever, also when the person is erased."
	default:
		return why, nil
	}
	e := E(CodeInvalid, "%s", wrong)
	e.Fields = []FieldError{{Field: "why", Message: wrong}}
	return "", e
}
