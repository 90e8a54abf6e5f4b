package console

import (
	"time"

	"github.com/inturn/inturn/internal/line"
)

// phase is where a sale is, in a word or two.
func phase(st line.State, now time.Time) string {
	s := st.Sale
	over := !now.Before(s.Dispatch.Ends)
	switch {
	case st.Frozen:
		return "frozen"
	case over:
		return "ended"
	case st.Paused:
		return "paused"
	case st.SoldOut:
		return "sold out"
	case !now.Before(s.Dispatch.Starts):
		return "running"
	case now.Before(s.Registration.Opens):
		return "not open yet"
	case now.Before(s.Registration.Closes):
		return "form open"
	}
	return "form closed"
}
