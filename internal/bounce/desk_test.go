package bounce_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/bounce"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

func TestMain(m *testing.M) { sqldbtest.Main(m) }

var noon = time.Date(2027, 3, 12, 12, 0, 0, 0, time.UTC)

// office is a line with a sale in which everybody has an open offer whose
// mail was taken, and the desk for what comes back.
type office struct {
	testing.TB
	line  *line.Line
	lease line.Lease
	keys  *link.Keys
	desk  *bounce.Desk
	path  mail.ReturnPath
	mails []line.Mail // of the offers, by number
	broke atomic.Bool // the database fails
	log   safeBuffer

	mu       sync.Mutex
	verdicts []bounce.Verdict
}

type safeBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *safeBuffer) text() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.String()
}

var errBroken = errors.New("the disk is full")

func newOffice(t testing.TB, dsn string, fans int) *office {
	t.Helper()
	o := &office{TB: t}
	ctx, now := t.Context(), func() time.Time { return noon }
	db := sqldbtest.Open(t, dsn, sqldb.Options{Fault: func(context.Context, sqldb.Point) error {
		if o.broke.Load() {
			return errBroken
		}
		return nil
	}})
	var err error
	o.line, err = line.New(ctx, line.Options{DB: db, Clock: now})
	o.must(err)
	o.keys, err = link.OpenKeys(filepath.Join(t.TempDir(), "keys"), link.KeyOptions{Clock: now})
	o.must(err)
	o.path, err = mail.ParseReturnPath("bounces@tickets.example", link.TagLength)
	o.must(err)
	o.desk, err = bounce.New(bounce.Options{
		Line: o.line, Keys: o.keys, ReturnPath: o.path, Logger: slog.New(slog.NewTextHandler(&o.log, nil)),
		Observe: func(v bounce.Verdict) {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.verdicts = append(o.verdicts, v)
		},
	})
	o.must(err)
	o.sell(fans)
	return o
}

func (o *office) must(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

// sell lets fans join and offers to all of them.
func (o *office) sell(fans int) {
	o.Helper()
	ctx := o.Context()
	_, err := o.line.Apply(ctx, sale.Sale{
		Slug: "lakeside", Title: sale.Text{"en": "Lakeside"}, Timezone: "Europe/Zurich", Languages: []string{"en"}, Currency: "CHF",
		Organizer:    sale.Organizer{Name: "Lakeside Ltd"},
		Registration: sale.Registration{Opens: noon, Closes: noon.Add(time.Hour)},
		Tickets: sale.Tickets{MaxPerFan: 1, Capacity: 20, Types: []sale.TicketType{
			{ID: "ticket", Title: sale.Text{"en": "Ticket"}, Stock: 20, Price: 8500, Pools: []string{"ticket"}},
		}},
		Caps:     sale.Caps{Guaranteed: 10, Standby: 10},
		Dispatch: sale.Dispatch{Starts: noon, Ends: noon.Add(24 * time.Hour), Every: "@every 1m", Batch: 20, LinkLife: time.Hour},
		Payment:  sale.PaymentNone,
		Mail:     sale.MailSettings{From: "Lakeside <tickets@lakeside.example>"},
	}, "test")
	o.must(err)
	for i := range fans {
		address := fmt.Sprintf("fan%d@fans.example", i+1)
		_, err := o.line.SignUp(ctx, line.SignUp{Sale: "lakeside", Lang: "en", Address: sale.Address{Typed: address, Canonical: address}})
		o.must(err)
	}
	var ok bool
	o.lease, ok, err = o.line.Acquire(ctx, "lakeside", "test", time.Hour)
	o.must(err)
	asks, err := o.line.PlanBatch(ctx, o.lease, line.Plan{Most: fans, Each: 1, Next: noon.Add(time.Minute), Period: time.Minute})
	o.must(err)
	var grants []sale.Grant
	for _, a := range asks {
		grants = append(grants, sale.Grant{Offer: a.Offer, Granted: a.Most})
	}
	o.must(o.line.OpenBatch(ctx, o.lease, grants))
	o.mails, _, err = o.line.LeaseMails(ctx, line.Hand{Leases: []line.Lease{o.lease}, Most: fans})
	o.must(err)
	if !ok || len(o.mails) != fans {
		o.Fatalf("lease %v, %d mails", ok, len(o.mails))
	}
	for _, m := range o.mails {
		o.must(o.line.Record(ctx, line.Tried{Mail: m, Result: line.ResultAccepted}))
	}
}

// address is where a fan's offer mail comes back to.
func (o *office) address(number int) string {
	m := o.mails[number-1]
	return o.path.With(o.keys.BounceTag(link.Handover{Try: m.TryID, Started: m.Started}))
}

func (o *office) states() []sale.OfferState {
	o.Helper()
	all := make([]sale.OfferState, len(o.mails))
	for i := range all {
		p, err := o.line.Place(o.Context(), "lakeside", i+1)
		o.must(err)
		all[i] = p.Offer.State
	}
	return all
}

func (o *office) want(states ...sale.OfferState) {
	o.Helper()
	if diff := cmp.Diff(states, o.states()); diff != "" {
		o.Errorf("offers (-want +got):\n%s", diff)
	}
}

func (o *office) heard() []bounce.Verdict {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.verdicts)
}

func sample(t testing.TB, name, to string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name+".eml"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(strings.ReplaceAll(string(raw), "RECIPIENT", to), "\n", "\r\n")
}

// listen serves the desk until the test ends, or until stop is called.
func (o *office) listen() (address string, stop func()) {
	o.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	o.must(err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(o.Context()))
	done := make(chan error, 1)
	go func() { done <- o.desk.Serve(ctx, ln) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			o.Errorf("serve: %v", err)
		}
	})
	o.Cleanup(stop)
	return ln.Addr().String(), stop
}

// deliver sends a message as mail servers do, and gives the answer's code;
// 250 when it was taken.
func (o *office) deliver(server, from, to, message string) int {
	o.Helper()
	c, err := smtp.Dial(server)
	o.must(err)
	defer c.Close()
	err = c.SendMail(from, []string{to}, strings.NewReader(message))
	var answer *smtp.SMTPError
	switch {
	case err == nil:
		o.must(c.Quit())
		return 250
	case errors.As(err, &answer):
		return answer.Code
	default:
		o.Fatalf("deliver: %v", err)
		return 0
	}
}

func TestListenerClosesTheOfferAndNoOther(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		o := newOffice(t, dsn(), 3)
		server, _ := o.listen()
		to := o.address(2)
		if got := o.deliver(server, "", to, sample(t, "postfix", to)); got != 250 {
			t.Fatalf("answered %d", got)
		}
		o.want(sale.OfferOpen, sale.OfferClosing, sale.OfferOpen)
		// Once more, by a server that folds case and names a sender.
		if got := o.deliver(server, "postmaster@mx.example", strings.ToUpper(to), sample(t, "postfix", to)); got != 250 {
			t.Errorf("the second time: %d", got)
		}
		o.want(sale.OfferOpen, sale.OfferClosing, sale.OfferOpen)
		if diff := cmp.Diff([]bounce.Verdict{"closing", "again"}, o.heard()); diff != "" {
			t.Errorf("verdicts:\n%s", diff)
		}
		if log := o.log.text(); strings.Contains(log, "@") || strings.Contains(log, to[8:40]) || !strings.Contains(log, "status=5.1.1") {
			t.Errorf("the log says:\n%s", log)
		}
	})
}

func TestListenerRefusesStrangers(t *testing.T) {
	o := newOffice(t, "sqlite:"+filepath.Join(t.TempDir(), "line.db"), 2)
	server, _ := o.listen()
	genuine := o.address(1)
	other := o.keys.BounceTag(link.Handover{Try: 1, Started: noon})
	for _, to := range []string{
		"fan1@fans.example", "tickets@lakeside.example", "postmaster@tickets.example", "bounces@tickets.example",
		strings.Replace(genuine, "tickets.example", "fans.example", 1),
		strings.Replace(genuine, "bounces+", "other+", 1),
		genuine[:20] + "a" + genuine[21:], genuine[:20] + "b" + genuine[21:],
		strings.Replace(genuine, "@", "%fans.example@", 1),
		"bounces+" + strings.Repeat("a", 48) + "@tickets.example",
		other + "@tickets.example",
	} {
		if to == genuine {
			continue
		}
		if got := o.deliver(server, "", to, sample(t, "postfix", to)); got != 550 {
			t.Errorf("mail to %s is answered %d, want 550", to, got)
		}
	}
	o.want(sale.OfferOpen, sale.OfferOpen)
	for _, v := range o.heard() {
		if v != bounce.Refused {
			t.Errorf("verdict %s", v)
		}
	}

	// One recipient a mail, and no other service.
	c, err := smtp.Dial(server)
	o.must(err)
	defer c.Close()
	o.must(c.Mail("", nil))
	o.must(c.Rcpt(genuine, nil))
	if err := c.Rcpt(o.address(2), nil); err == nil {
		t.Error("two recipients were taken")
	}
	if ok, _ := c.Extension("AUTH"); ok {
		t.Error("the listener offers AUTH")
	}
}

func TestListenerTakesAndForgetsWhatIsNoReport(t *testing.T) {
	o := newOffice(t, "sqlite:"+filepath.Join(t.TempDir(), "line.db"), 1)
	server, _ := o.listen()
	to := o.address(1)
	for name, raw := range map[string]string{
		"delayed": sample(t, "delayed", to), "holiday": sample(t, "holiday", to), "empty": "\r\n", "large": "Subject: x\r\n\r\n" + strings.Repeat("words words\r\n", 200_000),
	} {
		if got := o.deliver(server, "", to, raw); got != 250 {
			t.Errorf("%s is answered %d", name, got)
		}
	}
	o.want(sale.OfferOpen)
}

// While the database fails the sender is told to try again, and the part is
// not well; then the same report counts.
func TestListenerAsksForAnotherTryWhenItCannotRecord(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		o := newOffice(t, dsn(), 1)
		server, _ := o.listen()
		to := o.address(1)
		o.broke.Store(true)
		if got := o.deliver(server, "", to, sample(t, "postfix", to)); got != 451 {
			t.Errorf("answered %d, want 451", got)
		}
		o.broke.Store(false)
		if !errors.Is(o.desk.Health(), errBroken) {
			t.Errorf("health: %v", o.desk.Health())
		}
		o.deliver(server, "", to, sample(t, "postfix", to))
		o.want(sale.OfferClosing)
		if err := o.desk.Health(); err != nil {
			t.Errorf("health: %v", err)
		}
		if got := o.heard(); got[0] != bounce.Failed || got[1] == bounce.Failed {
			t.Errorf("verdicts %v", got)
		}
	})
}

// A stop ends the listener, though a sender says nothing and does not go.
func TestListenerStops(t *testing.T) {
	o := newOffice(t, "sqlite:"+filepath.Join(t.TempDir(), "line.db"), 1)
	server, stop := o.listen()
	to := o.address(1)
	o.deliver(server, "", to, sample(t, "postfix", to))
	stop()
	if _, err := net.DialTimeout("tcp", server, time.Second); err == nil {
		t.Error("the listener still listens")
	}
}

func TestReadAll(t *testing.T) {
	o := newOffice(t, "sqlite:"+filepath.Join(t.TempDir(), "line.db"), 6)
	unix := func(raw string) string { return strings.ReplaceAll(raw, "\r\n", "\n") }
	box := "From MAILER-DAEMON Fri Mar 12 12:00:05 2027\n" + unix(sample(t, "postfix", o.address(1))) + "\n" +
		"From MAILER-DAEMON Fri Mar 12 12:00:06 2027\n" + unix(sample(t, "exchange", o.address(2))) + "\n" +
		"From ann@fans.example Fri Mar 12 12:00:07 2027\n" + unix(sample(t, "holiday", o.address(3))) + "\n" +
		"From MAILER-DAEMON Fri Mar 12 12:00:08 2027\n" + unix(sample(t, "postfix", "tickets@lakeside.example")) + "\n" +
		"From MAILER-DAEMON Fri Mar 12 12:00:09 2027\nX-Original-To: " + strings.ToUpper(o.address(4)) + "\n" + unix(sample(t, "postfix", "undisclosed")) + "\n" +
		"From MAILER-DAEMON Fri Mar 12 12:00:10 2027\n" + unix(sample(t, "postfix", o.address(1)))
	counts, err := o.desk.ReadAll(t.Context(), strings.NewReader(box))
	o.must(err)
	want := map[bounce.Verdict]int{"closing": 3, "again": 1, bounce.Ignored: 1, bounce.Refused: 1}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Errorf("counts:\n%s", diff)
	}
	o.want(sale.OfferClosing, sale.OfferClosing, sale.OfferOpen, sale.OfferClosing, sale.OfferOpen, sale.OfferOpen)

	// One message as it came over the wire.
	counts, err = o.desk.ReadAll(t.Context(), strings.NewReader(sample(t, "exchange", o.address(5))))
	if err != nil || counts["closing"] != 1 {
		t.Errorf("one message: %v, %v", counts, err)
	}
	for _, nothing := range []string{"", "\n\n", "From \n", strings.Repeat("x", 3<<20)} {
		if counts, err := o.desk.ReadAll(t.Context(), strings.NewReader(nothing)); err != nil || counts["closing"] != 0 {
			t.Errorf("%.10q: %v, %v", nothing, counts, err)
		}
	}
	o.broke.Store(true)
	counts, err = o.desk.ReadAll(t.Context(), strings.NewReader(sample(t, "exchange", o.address(6))))
	if !errors.Is(err, errBroken) || len(counts) != 0 {
		t.Errorf("while the database fails: %v, %v", counts, err)
	}
	o.broke.Store(false)
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	for _, o := range []bounce.Options{{}, {Line: &line.Line{}}, {Line: &line.Line{}, Keys: &link.Keys{}}} {
		if _, err := bounce.New(o); err == nil || !strings.Contains(err.Error(), "is missing") {
			t.Errorf("%+v: %v", o, err)
		}
	}
}
