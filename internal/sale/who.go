package sale

import "strings"

// Who writes an actor for organizers: one who used the command line ("cli:ann")
// is "ann (command line)", everybody else is called what they are.
func Who(actor string) string {
	if name, ok := strings.CutPrefix(actor, "cli:"); ok {
		return name + " (command line)"
	}
	return actor
}
