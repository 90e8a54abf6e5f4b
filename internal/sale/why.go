package sale

import "strings"

// mostWhy is how many characters a reason may have.
const mostWhy = 500

// CheckWhy reads the reason that somebody gives for what he does: one line,
// that is kept with it. Without one, or with one that cannot be kept, it is
// CodeInvalid with the field "why".
func CheckWhy(typed string) (string, error) {
	why := strings.TrimSpace(typed)
	c := checker{}
	c.text("why", why, textRule{most: mostWhy, required: true})
	if len(c.errs) == 0 {
		return why, nil
	}
	e := E(CodeInvalid, "The reason %s.", c.errs[0].Message)
	e.Fields = c.errs
	return "", e
}
