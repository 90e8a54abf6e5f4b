package dispatcher

import (
	"testing"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/mail"
)

// One recipient whose server refuses us for policy must not hold up the line;
// a server that refuses everybody must cost nobody anything.
func TestBlame(t *testing.T) {
	h := hands{faulty: map[int64]int{}}
	one, other := line.Mail{ID: 1}, line.Mail{ID: 2}
	policy := mail.Result{Outcome: mail.Fault, Stage: mail.StageRcpt, Code: 550}
	want := func(m line.Mail, r mail.Result, outcome mail.Outcome) {
		t.Helper()
		if got := h.blame(m, r).Outcome; got != outcome {
			t.Errorf("mail %d: %s, want %s", m.ID, got, outcome)
		}
	}
	want(one, policy, mail.Fault)
	want(one, policy, mail.Fault) // nothing was taken in between: it may be all of us
	want(other, policy, mail.Fault)
	want(other, mail.Result{Outcome: mail.Accepted}, mail.Accepted)
	want(one, policy, mail.Temporary)
	want(other, policy, mail.Fault) // its first time since it was taken
	want(one, mail.Result{Outcome: mail.Fault, Stage: mail.StageConnect}, mail.Fault)
}
