package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/app"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/verify"
)

// small is a whole sale in a few seconds. Patience is for slow machines: a
// sale that goes well ends long before. With this seed fans of every kind come early.
func small(t *testing.T) Options {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	return Options{
		Tickets: 24, Fans: 40, Seed: 71, Clock: time.Now,
		Pace: Pace{Rush: 300 * time.Millisecond, Life: 3 * time.Second, Every: time.Second, Batch: 3, Patience: 30 * time.Minute},
	}
}

func TestWholeSale(t *testing.T) {
	o := small(t)
	var progress bytes.Buffer
	o.Progress = &progress
	r, err := Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if !r.OK {
		t.Errorf("broken: %+v", r.Broken())
	}
	addsUp(t, r)
	if r.Sales.Sold != 24 || r.Demand.Guaranteed != 6 || r.Demand.Standby != 18 || r.Demand.TurnedAway != 16 {
		t.Errorf("sold %d, demand %+v", r.Sales.Sold, r.Demand)
	}
	for _, want := range []string{"landing page  http://127.0.0.1:", "/metrics", "place page    of number ", "\nhttp://127.0.0.1:", "no /mailbox", " of 24  mails "} {
		if !strings.Contains(progress.String(), want) {
			t.Errorf("progress does not say %q:\n%s", want, progress.String())
		}
	}
	drawing, err := os.ReadFile(r.Drawing)
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, drawing)
	if _, err := os.Stat(strings.Replace(r.Drawing, drawingFile, dataDir, 1)); !errors.Is(err, os.ErrNotExist) || r.Data != "" {
		t.Errorf("the databases were not asked to be kept, and are: %v", err)
	}
	if _, err := json.Marshal(r); err != nil {
		t.Error(err)
	}
}

// addsUp holds the report's figures against each other.
func addsUp(t *testing.T, r Report) {
	t.Helper()
	equal := func(what string, a, b int) {
		t.Helper()
		if a != b {
			t.Errorf("%s: %d and %d", what, a, b)
		}
	}
	ended, over, byType, behaved, held, wanted := 0, 0, 0, Outcome{}, 0, r.Demand.Wanted
	for _, n := range r.Ends {
		ended += n
	}
	for _, n := range r.Offers.Over {
		over += n
	}
	for _, n := range r.Sales.ByType {
		byType += n
	}
	for _, o := range r.Crowd {
		behaved.Fans += o.Fans
		behaved.InLine += o.InLine
		behaved.Tickets += o.Tickets
		behaved.Bought += o.Bought
	}
	last := 0
	for _, f := range r.Line {
		held += f.Tickets
		if f.Tickets > 0 {
			last = f.Number
		}
	}
	equal("fans and endings", r.Fans, ended)
	equal("fans and behaviours", r.Fans, behaved.Fans)
	equal("fans, and places and those turned away", r.Fans, len(r.Line)+r.Demand.TurnedAway)
	equal("places and classes", len(r.Line), r.Demand.Guaranteed+r.Demand.Standby)
	equal("places and behaviours", len(r.Line), behaved.InLine)
	equal("offers made and over", r.Offers.Made, r.Offers.Bought+over)
	equal("offers bought and orders", r.Offers.Bought, r.Sales.Orders)
	equal("orders and fans who bought", r.Sales.Orders, behaved.Bought)
	equal("endings and orders", r.Ends[EndBought], r.Sales.Orders)
	equal("tickets sold and left", r.Tickets, r.Sales.Sold+r.Sales.Left)
	equal("tickets sold and held in line", r.Sales.Sold, held)
	equal("tickets sold and held by behaviours", r.Sales.Sold, behaved.Tickets)
	equal("tickets sold and types", r.Sales.Sold, byType)
	equal("units offered", r.Offers.Units, r.Sales.Sold+r.Offers.Recycled)
	equal("the last number", r.Sales.LastNumber, last)
	equal("confirmations", r.Mails.Taken[sale.MailOrder], r.Sales.Orders)
	if sum := r.Curve[len(r.Curve)-1]; sum.Sold != r.Sales.Sold || sum.Places != len(r.Line) || sum.Offered != 0 {
		t.Errorf("the curve ends at %+v", sum)
	}
	if wanted < r.Sales.Sold {
		t.Errorf("%d tickets wanted, %d sold", wanted, r.Sales.Sold)
	}
}

func wellFormed(t *testing.T, svg []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("the drawing is not XML: %v", err)
		}
		if e, ok := token.(xml.StartElement); ok && (e.Name.Local == "script" || e.Name.Local == "image" || e.Name.Local == "foreignObject") {
			t.Errorf("the drawing has a <%s>", e.Name.Local)
		}
	}
}

// A broken promise shows in the report, and everything is kept to be looked
// at.
func TestBrokenPromiseIsReported(t *testing.T) {
	o := small(t)
	o.Tickets, o.Fans = 4, 2
	o.Verify = func(context.Context, *app.Parts) (app.Report, error) {
		return app.Report{Checked: 3, Problems: []app.Problem{
			{Side: "box office", Problem: verify.Problem{Invariant: 19, Name: "conservation", Detail: "one unit too many"}},
		}}, nil
	}
	r, err := Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	broken := r.Broken()
	if r.OK || len(broken) != 1 || len(broken[0].Seen) != 1 || !strings.Contains(broken[0].Seen[0], "invariant 19 (conservation): one unit too many") {
		t.Errorf("ok %v, broken %+v", r.OK, broken)
	}
	if _, err := os.Stat(r.Data + "/line.db"); err != nil {
		t.Errorf("the databases are gone: %v", err)
	}
	var text bytes.Buffer
	r.Print(&text, Terminal{})
	for _, want := range []string{"✗ BROKEN: All 3 checks", "one unit too many", "1 promise was broken.", r.Data} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the report does not say %q:\n%s", want, text.String())
		}
	}
}

// Who cannot look at the databases does not say that all is well.
func TestVerifyThatFailsIsAnError(t *testing.T) {
	o := small(t)
	o.Tickets, o.Fans = 4, 1
	o.Verify = func(context.Context, *app.Parts) (app.Report, error) { return app.Report{}, errors.New("disk on fire") }
	if _, err := Run(context.Background(), o); err == nil || !strings.Contains(err.Error(), "disk on fire") {
		t.Errorf("got %v", err)
	}
}

// Ctrl-C stops the crowd and the roles, and what there is is reported.
func TestStopped(t *testing.T) {
	o := small(t)
	o.Keep = true
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	o.Progress = writerFunc(func(line []byte) (int, error) {
		if bytes.Contains(line, []byte("place page")) { // somebody is on standby
			cancel()
		}
		return len(line), nil
	})
	r, err := Run(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	if r.OK || !r.Interrupted || len(r.Broken()) > 0 || r.Ends[EndUnfinished] == 0 || r.Data == "" {
		t.Errorf("ok %v, interrupted %v, broken %+v, endings %v", r.OK, r.Interrupted, r.Broken(), r.Ends)
	}
	if v := r.verdict(Terminal{}); !strings.HasPrefix(v, "Stopped before the end") {
		t.Errorf("verdict: %s", v)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestImpossibleSalesAreRefused(t *testing.T) {
	_, err := Run(context.Background(), Options{Tickets: 0, Fans: 1_000_000, Clock: time.Now})
	var e *sale.Error
	if !errors.As(err, &e) || e.Code != sale.CodeInvalid || len(e.Fields) != 2 {
		t.Errorf("got %v", err)
	}
}
