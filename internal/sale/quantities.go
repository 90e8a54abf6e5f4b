package sale

import "math"

// Quantities is how many tickets of each type, by the type's id.
type Quantities map[string]int

// maxQuantity is where ParseQuantity stops counting.
const maxQuantity = 100_000_000

// Total is the sum of all types. It never overflows: a sum that does not fit
// is the largest int, which is more than any offer has.
func (q Quantities) Total() int {
	total := 0
	for _, n := range q {
		if n > 0 && total > math.MaxInt-n {
			return math.MaxInt
		}
		total += n
	}
	return total
}

// ParseQuantity reads one quantity of an order form: decimal digits only, or
// nothing at all for none. A number beyond a hundred million counts as that,
// so that a fan who holds a key down is told "too many" and not "nonsense".
// Every other text is CodeBadQuantity.
func ParseQuantity(s string) (int, error) {
	if s == "" {
		return 0, nil
	}
	if len(s) > 32 || !isDigits(s) {
		return 0, E(CodeBadQuantity, "Please enter the number of tickets in digits, like 2.")
	}
	n := 0
	for _, c := range []byte(s) {
		n = min(n*10+int(c-'0'), maxQuantity)
	}
	return n, nil
}
