package dispatcher

import (
	"testing"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/mail"
)

// One recipient whose server refuses us for policy must not hold up the line;
// a server that refuses everybody must cost nobody anything.
func TestBlame(t *testing.T) {
	b := blame{refused: map[fan]int{}}
	one, other := line.Mail{ID: 1, Number: 1}, line.Mail{ID: 2, Number: 2}
	policy := mail.Result{Outcome: mail.Fault, Stage: mail.StageRcpt, Code: 550}
	taken := mail.Result{Outcome: mail.Accepted, Stage: mail.StageDot, Code: 250}
	want := func(m line.Mail, r mail.Result, outcome mail.Outcome, alone bool) {
		t.Helper()
		got, gotAlone := b.judge(m, r)
		if got.Outcome != outcome || gotAlone != alone {
			t.Errorf("mail %d: %s, alone %v; want %s, %v", m.ID, got.Outcome, gotAlone, outcome, alone)
		}
	}
	want(one, policy, mail.Fault, false)
	want(one, policy, mail.Fault, true) // who knows? Let the line go on and see
	want(other, policy, mail.Fault, false)
	want(other, policy, mail.Fault, false) // it is all of us
	want(one, policy, mail.Fault, false)
	want(other, taken, mail.Accepted, false)
	want(one, policy, mail.Temporary, false)
	want(other, policy, mail.Fault, false) // its first time since it was taken
	want(one, mail.Result{Outcome: mail.Fault, Stage: mail.StageConnect}, mail.Fault, false)
	want(one, mail.Result{Outcome: mail.Fault, Stage: mail.StageMail}, mail.Fault, false)
	want(one, mail.Result{Outcome: mail.Temporary, Stage: mail.StageConnect}, mail.Fault, false)
	want(one, mail.Result{Outcome: mail.Temporary, Stage: mail.StageRcpt}, mail.Temporary, false)
	one.ID = 3 // his next offer's mail is about the same man
	want(one, policy, mail.Temporary, false)
	want(one, mail.Result{Outcome: mail.Refused, Stage: mail.StageRcpt}, mail.Refused, false)
	want(one, policy, mail.Fault, false)
}
