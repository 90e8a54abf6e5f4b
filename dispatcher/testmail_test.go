package dispatcher_test

import (
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/mail/smtptest"
	"github.com/inturn/inturn/internal/sale"
)

const self = "olga@lakeside.example"

// test lets an organizer send himself a mail.
func (h *house) test(about, lang string) (ref string) {
	h.Helper()
	ref, err := h.line.QueueTest(h.Context(), line.TestMail{Sale: slug, About: about, Lang: lang, Address: self})
	must(h, err)
	return ref
}

func (h *house) tested(ref string) line.Tested {
	h.Helper()
	got, err := h.line.TestMail(h.Context(), slug, ref)
	must(h, err)
	return got
}

// TestTestMails: every sample leaves as a fan's mail does, with the
// organizer's own words, marked, to him alone, and nothing in it opens
// anything.
func TestTestMails(t *testing.T) {
	eachHouse(t, plan{sale: func(s *sale.Sale) {
		s.Languages = []string{"en", "de"}
		s.Event = sale.Event{Starts: noon.Add(1000 * time.Hour), Ends: noon.Add(1001 * time.Hour)}
		s.Texts = sale.Texts{"receipt": {"de": "Bis bald am See."}, "offer_subject": {"de": "{title}: jetzt"}}
	}}, func(t *testing.T, h *house) {
		h.beat()
		refs := map[string]string{}
		for _, about := range sale.SampleMails() {
			refs[about] = h.test(about, "de")
		}
		if sent := h.send(20); sent.Mails != len(refs) || sent.Fault {
			t.Fatalf("%+v", sent)
		}
		seen := map[string]bool{}
		for _, m := range h.server.Mails() {
			l := h.letter(m)
			about := l.Headers.Get("X-Inturn-Test")
			seen[about] = true
			if l.To != self || !strings.HasPrefix(l.Subject, "[Test] ") || l.MessageID != "test."+slug+"."+refs[about]+"@lakeside.example" {
				t.Errorf("%s: %s to %s: %s", about, l.MessageID, l.To, l.Subject)
			}
			for _, header := range []string{"List-Unsubscribe", "List-Unsubscribe-Post", "X-Inturn-Offer"} {
				if got := l.Headers.Get(header); got != "" {
					t.Errorf("%s: %s: %s", about, header, got)
				}
			}
			opensNothing(t, h, about, l.Text)
		}
		for about, ref := range refs {
			got := h.tested(ref)
			if !seen[about] || got.Result != line.ResultAccepted || got.Code != 250 || got.Said == "" || got.Done.IsZero() || got.About != about || got.Lang != "de" {
				t.Errorf("%s: sent %t, %+v", about, seen[about], got)
			}
		}
		text := h.letter(h.server.Mails()[0]).Text + h.letter(h.server.Mails()[1]).Subject
		if !strings.Contains(text, "Bis bald am See.") || !strings.Contains(text, "[Test] Lakeside: jetzt") {
			t.Errorf("without the organizer's own words:\n%s", text)
		}
		if n := h.count(`SELECT COUNT(*) FROM test_mails WHERE address <> ''`); n != 0 {
			t.Errorf("%d addresses are kept", n)
		}
	})
}

// opensNothing: the addresses of a test mail are none that keys or a box
// office know.
func opensNothing(t *testing.T, h *house, about, text string) {
	t.Helper()
	for word := range strings.FieldsSeq(text) {
		if !strings.HasPrefix(word, registrationURL) && !strings.HasPrefix(word, checkoutURL) {
			continue
		}
		if !strings.HasSuffix(word, "/sample") {
			t.Errorf("%s: %s may open something", about, word)
		}
	}
	if _, _, err := h.keys.ReadReceipt(slug, "sample"); err == nil {
		t.Error("a receipt is called so")
	}
}

// TestATestMailStopsNobody: whatever the server says to an organizer's mail,
// offers leave, and what it said can be read.
func TestATestMailStopsNobody(t *testing.T) {
	for name, tt := range map[string]struct {
		stage smtptest.Stage
		reply string
		want  line.MailResult
	}{
		"refused":        {smtptest.RCPT, "550 5.1.1 no such user", line.ResultRefused},
		"policy":         {smtptest.RCPT, "550 5.7.1 not for you", line.ResultTemporary},
		"the sender":     {smtptest.MAIL, "550 5.7.1 who are you", line.ResultTemporary},
		"try again":      {smtptest.RCPT, "451 4.7.1 greylisted", line.ResultTemporary},
		"at the content": {smtptest.Dot, "554 5.6.0 spam", line.ResultTemporary},
	} {
		t.Run(name, func(t *testing.T) {
			eachHouse(t, plan{}, func(t *testing.T, h *house) {
				h.beat()
				ref := h.test("offer", "en")
				struck := h.script.always(tt.stage, smtptest.Reply{Text: tt.reply})
				sent := h.send(10)
				if sent.Mails != 1 || sent.Fault || !struck.Load() {
					t.Errorf("%+v, want one try that is no fault of ours", sent)
				}
				if err := h.MailHealth(); err != nil {
					t.Errorf("the mail server counts as ill: %v", err)
				}
				h.script.set(nil)
				if got := h.tested(ref); got.Result != tt.want || !strings.Contains(got.Said, tt.reply[4:]) || got.Done.IsZero() {
					t.Errorf("%+v", got)
				}
				h.join(4)
				h.minute()
				h.minute()
				if n := len(h.server.Mails()); n != 4 {
					t.Errorf("%d mails, want 4 offers and no second try", n)
				}
			})
		})
	}
}

// TestATestMailIsNoBatchsMail: one that waits keeps no batch from being made.
func TestATestMailIsNoBatchsMail(t *testing.T) {
	eachHouse(t, plan{}, func(t *testing.T, h *house) {
		h.join(4)
		h.minute()
		h.test("offer", "en")
		h.clock.Advance(time.Minute)
		h.beat()
		if got := h.state(3); got != sale.OfferOpen {
			t.Errorf("number 3's offer is %q while a test mail waits", got)
		}
		h.send(100)
		h.clock.Advance(2 * time.Hour)
		for range 3 {
			h.beat()
		}
		if got := h.state(3); got != sale.OfferExpired {
			t.Errorf("number 3's offer is %q", got)
		}
	})
}
