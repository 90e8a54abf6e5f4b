package dispatcher

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/sale"
)

func TestWaitsArePartsOfTheLife(t *testing.T) {
	var got []time.Duration
	for failed := range 7 {
		got = append(got, wait(failed, time.Hour))
	}
	want := []time.Duration{time.Minute, 3 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 15 * time.Minute, 15 * time.Minute}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTried(t *testing.T) {
	now := time.Date(2027, 3, 12, 12, 0, 0, 0, time.UTC)
	offer := line.Mail{Kind: sale.MailOffer, Try: 1, First: now, Until: now.Add(time.Hour), Started: now, Ends: now.Add(time.Hour)}
	offer.Sale.Dispatch.LinkLife = time.Hour
	receipt := line.Mail{Kind: sale.MailReceipt, Try: 1, First: now, Started: now}
	receipt.Sale.Dispatch.LinkLife = time.Second
	old := receipt
	old.First = now.Add(-patience)
	slow := offer
	slow.Started = now.Add(-6 * time.Minute)
	slow.Ends = now.Add(54 * time.Minute)
	tests := []struct {
		name   string
		mail   line.Mail
		result mail.Outcome
		want   line.MailResult
		retry  time.Duration // -1 for never
	}{
		{"accepted is done", offer, mail.Accepted, line.ResultAccepted, -1},
		{"refused is done", offer, mail.Refused, line.ResultRefused, -1},
		{"temporary waits a sixtieth of the life", offer, mail.Temporary, line.ResultTemporary, time.Minute},
		{"unknown is sent again", offer, mail.Unknown, line.ResultUnknown, time.Minute},
		{"our own fault waits a moment", offer, mail.Fault, line.ResultFault, 2 * time.Second},
		{"a receipt has a patience of its own", receipt, mail.Temporary, line.ResultTemporary, patience / 60},
		{"which ends", old, mail.Temporary, line.ResultTemporary, -1},
		{"a slow server owes the fan a new link", slow, mail.Accepted, line.ResultAccepted, 0},
	}
	for _, tt := range tests {
		got := tried(tt.mail, mail.Result{Outcome: tt.result}, false, now)
		want := line.Tried{Mail: tt.mail, Result: tt.want}
		if tt.retry >= 0 {
			want.Retry = now.Add(tt.retry)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

// A mail that is set aside waits like any that our own fault holds back.
func TestTriedAlone(t *testing.T) {
	now := time.Date(2027, 3, 12, 12, 0, 0, 0, time.UTC)
	m := line.Mail{Kind: sale.MailOffer, Try: 2, First: now, Started: now}
	want := line.Tried{Mail: m, Result: line.ResultAside, Retry: now.Add(4 * time.Second)}
	if diff := cmp.Diff(want, tried(m, mail.Result{Outcome: mail.Fault}, true, now)); diff != "" {
		t.Error(diff)
	}
}

// Less than 11/12 of the life left, and at least ten seconds of it gone.
func TestTookTooLong(t *testing.T) {
	began := time.Date(2027, 3, 12, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		life, took time.Duration
		want       bool
	}{
		{time.Hour, 5*time.Minute - time.Second, false},
		{time.Hour, 5 * time.Minute, false},
		{time.Hour, 5*time.Minute + time.Second, true},
		{time.Minute, 9 * time.Second, false},
		{time.Minute, 10 * time.Second, true},
		{time.Minute, 2 * time.Minute, false}, // one life long, not for ever
	}
	for _, tt := range tests {
		m := line.Mail{Kind: sale.MailOffer, First: began, Until: began.Add(tt.life), Started: began, Ends: began.Add(tt.life)}
		m.Sale.Dispatch.LinkLife = tt.life
		if got := tookTooLong(m, began.Add(tt.took)); got != tt.want {
			t.Errorf("life %v, took %v: %v", tt.life, tt.took, got)
		}
	}
}

func TestAffordable(t *testing.T) {
	tests := []struct {
		available, offered, each, want int
	}{
		{10, 0, 4, 2},
		{10, 4, 4, 2},
		{4, 0, 4, 1},
		{3, 0, 4, 1}, // the last units make a smaller offer
		{3, 1, 4, 0}, // not while something may come back
		{0, 0, 4, 0},
	}
	for _, tt := range tests {
		got := Affordable(sale.PoolStock{Available: tt.available, Offered: tt.offered}, tt.each)
		if got != tt.want {
			t.Errorf("%+v: got %d", tt, got)
		}
	}
}
