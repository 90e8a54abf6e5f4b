package e2e

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"github.com/inturn/inturn/internal/e2e/e2etest"
	"github.com/inturn/inturn/internal/mail/smtptest"
)

// Mail that the relay took and gives back later, over SMTP and from a file.

const bounceAddress = "bounces@tickets.lake.example"

// dsn is what the relay says about a mail, to its envelope's sender.
func dsn(to, status string) string {
	return "From: MAILER-DAEMON@relay.example\r\nTo: " + to + "\r\nSubject: Undelivered Mail Returned to Sender\r\n" +
		"Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b/1\"\r\n\r\n" +
		"--b/1\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\r\n--b/1\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\n" +
		"Final-Recipient: rfc822; somebody@fans.example\r\nAction: failed\r\nStatus: " + status + "\r\n\r\n--b/1--\r\n"
}

// deliver hands a message to a bounce listener and gives the answer's code.
func deliver(t *testing.T, server, to, message string) int {
	t.Helper()
	c, err := smtp.Dial(server)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	err = c.SendMail("", []string{to}, strings.NewReader(message))
	var answer *smtp.SMTPError
	if errors.As(err, &answer) {
		return answer.Code
	}
	if err != nil {
		t.Fatal(err)
	}
	return 250
}

// oneEach is a sale of two tickets, one for each fan.
func oneEach() e2etest.SaleFile {
	return e2etest.SaleFile{Slug: slug, Guaranteed: 2, Standby: 4, Tickets: `{stock: 2, max_per_fan: 1, price: "10"}`}
}

// TestBouncesBesideServe: `inturn bounces` takes reports while serve runs and
// does not listen for them itself. The offer whose mail came back is closed,
// and the next in line gets its ticket; a report that comes twice, before and
// after the listener is killed, changes nothing more.
func TestBouncesBesideServe(t *testing.T) {
	t.Parallel()
	post := e2etest.NewPost(t, smtptest.Options{})
	site := e2etest.New(t, e2etest.Options{Layout: e2etest.Apart, SMTP: post.URL(), Env: map[string]string{"INTURN_BOUNCE_ADDRESS": bounceAddress}})
	site.Start()
	site.Apply(oneEach())
	listener, server := site.Bounces()

	ann, bob := site.SignUp(slug, "ann@fans.example"), site.SignUp(slug, "bob@fans.example")
	cyd, dee := site.SignUp(slug, "cyd@fans.example"), site.SignUp(slug, "dee@fans.example")
	annMail, bobMail := post.Await("ann@fans.example", e2etest.OfferMail), post.Await("bob@fans.example", e2etest.OfferMail)
	if !strings.HasSuffix(annMail.Envelope, "@tickets.lake.example") || annMail.Envelope == bobMail.Envelope || annMail.From != "tickets@lake.example" {
		t.Fatalf("sent from %q and %q, From %s", annMail.Envelope, bobMail.Envelope, annMail.From)
	}

	for _, stranger := range []string{"fan@fans.example", bounceAddress, strings.Replace(annMail.Envelope, "+", "+a", 1)} {
		if got := deliver(t, server, stranger, dsn(stranger, "5.1.1")); got != 550 {
			t.Errorf("mail to %s is answered %d", stranger, got)
		}
	}
	if got := deliver(t, server, annMail.Envelope, dsn(annMail.Envelope, "5.1.1")); got != 250 {
		t.Fatalf("the report is answered %d", got)
	}
	site.AwaitState(ann.PlaceURL, "bounced")
	link := post.Await("cyd@fans.example", e2etest.OfferMail).Link()

	if err := listener.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := listener.Start(); err != nil {
		t.Fatal(err)
	}
	if got := deliver(t, server, strings.ToUpper(annMail.Envelope), dsn(annMail.Envelope, "5.1.1")); got != 250 {
		t.Errorf("the second report is answered %d", got)
	}
	site.Order(link, e2etest.Buy("ticket", 1))
	site.AwaitState(cyd.PlaceURL, "bought")
	site.OfferOf(bobMail.Link())
	if p := site.PlaceOf(dee.PlaceURL); p.State != "waiting" {
		t.Errorf("dee is %s", p.State)
	}
	site.Order(bobMail.Link(), e2etest.Buy("ticket", 1))
	site.AwaitState(bob.PlaceURL, "bought")

	if shown := site.Inturn("sale", "show", slug); !strings.Contains(shown, "1 offer") {
		t.Errorf("sale show:\n%s", shown)
	}
	log := site.Logs()
	if !strings.Contains(log, `"verdict":"closing"`) || !strings.Contains(log, `"verdict":"again"`) || strings.Contains(log, "fans.example") ||
		strings.Contains(log, annMail.Envelope[8:40]) {
		t.Errorf("the log:\n%s", log)
	}
	site.Stop()
	site.Verify()
}

// TestBouncesInsideServe: with bounces_listen the dispatcher's process takes
// reports itself; a purchase stands when its mail comes back, and a mailbox
// that somebody fetched says the same as the listener.
func TestBouncesInsideServe(t *testing.T) {
	t.Parallel()
	server := e2etest.Address(t)
	post := e2etest.NewPost(t, smtptest.Options{})
	site := e2etest.New(t, e2etest.Options{SMTP: post.URL(), Env: map[string]string{
		"INTURN_BOUNCE_ADDRESS": bounceAddress, "INTURN_BOUNCES_LISTEN": server,
	}})
	site.Start()
	site.Apply(oneEach())
	ann, bob := site.SignUp(slug, "ann@fans.example"), site.SignUp(slug, "bob@fans.example")
	annMail, bobMail := post.Await("ann@fans.example", e2etest.OfferMail), post.Await("bob@fans.example", e2etest.OfferMail)
	receipt := post.Await("bob@fans.example", e2etest.Receipt)

	site.Order(annMail.Link(), e2etest.Buy("ticket", 1))
	deliver(t, server, annMail.Envelope, dsn(annMail.Envelope, "5.1.1"))
	deliver(t, server, receipt.Envelope, dsn(receipt.Envelope, "5.1.1"))
	site.AwaitState(ann.PlaceURL, "bought")
	site.OfferOf(bobMail.Link())

	// The relay gave up: bob keeps his turn, and gets a new mail.
	box := filepath.Join(t.TempDir(), "mbox")
	raw := "From MAILER-DAEMON Fri Mar 12 12:00:05 2027\n" + strings.ReplaceAll(dsn(bobMail.Envelope, "4.4.7"), "\r\n", "\n")
	if err := os.WriteFile(box, []byte(raw+"\n"+raw), 0o600); err != nil {
		t.Fatal(err)
	}
	if said := site.Inturn("bounces", "--json", box); !strings.Contains(said, `"closing": 1`) || !strings.Contains(said, `"again": 1`) {
		t.Errorf("the mailbox: %s", said)
	}
	again := post.AwaitAfter("bob@fans.example", e2etest.OfferMail, 1)
	if again.OfferID() == bobMail.OfferID() || again.Envelope == bobMail.Envelope {
		t.Error("bob's second offer is his first")
	}
	if closed := site.Get(bobMail.Link()); closed.Status != 410 {
		t.Errorf("the first link is answered %d", closed.Status)
	}
	site.Order(again.Link(), e2etest.Buy("ticket", 1))
	site.AwaitState(bob.PlaceURL, "bought")

	// The port is taken, and bounces says by whom.
	if ran := site.Line.Run(t, "bounces"); ran.Code != 1 || !strings.Contains(ran.Err, "INTURN_BOUNCES_LISTEN") {
		t.Errorf("a second listener: %d %s", ran.Code, ran.Err)
	}
	metrics := site.Get(site.Console + "/metrics").Body
	for _, series := range []string{`inturn_bounces_total{verdict="noted"} 1`, `inturn_mails_bounced{kind="receipt",sale="` + slug + `"} 1`, `inturn_mails_bounced{kind="offer",sale="` + slug + `"} 2`} {
		if !strings.Contains(metrics, series) {
			t.Errorf("no %s in the metrics", series)
		}
	}
	site.Stop()
	site.Verify()
}
