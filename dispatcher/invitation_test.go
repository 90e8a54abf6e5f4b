package dispatcher_test

import (
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/mail/smtptest"
	"github.com/inturn/inturn/internal/sale"
)

// invite has an owner of everything invite somebody.
func (h *house) invite(to string, in line.Invite) line.Invitation {
	h.Helper()
	ann, err := h.line.OrganizerAt(h.Context(), sale.Address{Canonical: "ann@lakeside.example"})
	if sale.CodeOf(err) == sale.CodeNotFound {
		address := sale.Address{Typed: "ann@lakeside.example", Canonical: "ann@lakeside.example"}
		ann, err = h.line.AddOrganizer(h.Context(), line.NewOrganizer{Address: address, Passphrase: "hash"}, true, "test")
	}
	must(h, err)
	in.Address, in.Inviter = sale.Address{Typed: to, Canonical: to}, ann.ID
	v, err := h.line.Invite(h.Context(), in)
	must(h, err)
	return v
}

// TestInvitationMail: to the one who is invited, with a link that this
// process's keys read and the database does not hold, and with nothing to
// unsubscribe from.
func TestInvitationMail(t *testing.T) {
	eachHouse(t, plan{}, func(t *testing.T, h *house) {
		want := map[string]line.Invitation{
			"ben@lakeside.example": h.invite("ben@lakeside.example", line.Invite{Sale: slug, Role: sale.RoleManager}),
			"cat@lakeside.example": h.invite("cat@lakeside.example", line.Invite{Role: sale.RoleOwner}),
		}
		h.beat()
		h.send(10)
		mails := h.server.Mails()
		if len(mails) != 2 {
			t.Fatalf("%d mails, want 2", len(mails))
		}
		for _, m := range mails {
			l := h.letter(m)
			v := want[l.To]
			if !strings.HasPrefix(l.MessageID, "invitation."+slug+".") || strings.Contains(l.MessageID, v.Ref) || !strings.Contains(l.Text, "ann@lakeside.example") {
				t.Errorf("%s to %s:\n%s", l.MessageID, l.To, l.Text)
			}
			for _, header := range []string{"List-Unsubscribe", "List-Unsubscribe-Post", "X-Inturn-Offer"} {
				if got := l.Headers.Get(header); got != "" {
					t.Errorf("%s: %s", header, got)
				}
			}
			_, token, _ := strings.Cut(l.Text, "\nhttps://console.example/invitation/")
			token, _, _ = strings.Cut(token, "\n")
			if ref, err := h.keys.ReadInvitation(token, h.clock.Now()); err != nil || ref != v.Ref || ref == "" {
				t.Errorf("%q is read as %q, %v", token, ref, err)
			}
			if n := h.count(`SELECT COUNT(*) FROM invitations WHERE ref = '` + token + `'`); n != 0 {
				t.Error("the database holds the link itself")
			}
		}
	})
}

// TestARefusedInvitationStopsNobody: an organizer may mistype, and a server
// may refuse us for it; offers leave all the same, and the inviter is told.
func TestARefusedInvitationStopsNobody(t *testing.T) {
	eachHouse(t, plan{}, func(t *testing.T, h *house) {
		h.beat()
		h.invite("one@bad.example", line.Invite{Sale: slug, Role: sale.RoleViewer})
		struck := h.script.always(smtptest.RCPT, smtptest.Reply{Text: "550 5.1.1 nobody here"})
		if sent := h.send(10); sent.Mails != 1 || sent.Fault || !struck.Load() {
			t.Errorf("%+v, want one try that is no fault of ours", sent)
		}
		h.script.set(nil)
		all, err := h.line.Invitations(t.Context(), slug)
		if err != nil || len(all) != 1 || all[0].Mail != sale.MailRefused {
			t.Errorf("%+v, %v", all, err)
		}
		h.clock.Advance(time.Second)
		h.join(1)
		h.minute()
		if n := len(h.letters(1)); n != 1 {
			t.Errorf("%d offers left, want 1", n)
		}
	})
}
