package demo

import (
	"bytes"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/app"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/verify"
)

var update = flag.Bool("update", false, "write the golden files")

// played is a sale of 40 tickets as it might have gone, without the machine.
func played() (Report, []Fan) {
	r := Report{
		OK: true, Seed: 5, Tickets: 40, Fans: 45, MaxPerFan: 4,
		Ends: map[Ending]int{}, Crowd: map[Behaviour]Outcome{},
		Offers:  Offers{Made: 20, Bought: 14, Over: map[sale.OfferState]int{"expired": 3, "declined": 2, "bounced": 1}, Units: 80, Recycled: 40, Conversion: 0.7},
		Sales:   Sales{Sold: 40, Orders: 14, ByType: map[string]int{"seat": 16, "lawn": 24}, Takings: 308000, Currency: "CHF"},
		Mails:   Mails{Taken: map[sale.MailKind]int{"receipt": 38, "offer": 19, "order": 14, "decline": 18}, Total: 89, Refused: 4, Scanned: 210},
		Verify:  app.Report{Checked: 36},
		Drawing: "/tmp/demo/sale.svg",
	}
	var fans []Fan
	for i := range 45 {
		f := Fan{Behaviour: BuysAll, Number: i + 1, Ending: EndSoldOut, plan: plan{wants: 4}, mails: map[sale.MailKind]int{"receipt": 1, "decline": 1}}
		switch {
		case i >= 40:
			f = Fan{Behaviour: BuysAll, Ending: EndTurnedAway, plan: plan{wants: 4}, notice: "full", mails: map[sale.MailKind]int{}}
		case i < 20 && i%10 < 7:
			f.Ending, f.Offered, f.Tickets = EndBought, 4, []int{4, 4, 4, 3, 2, 2, 1}[i%10]
			f.order = "K" + thousands(i)
			for n := range f.Tickets {
				f.codes = append(f.codes, f.order+string(rune('A'+n)))
			}
			f.mails = map[sale.MailKind]int{"receipt": 1, "offer": 1, "order": 1}
		case i < 20:
			f.Behaviour, f.Ending = Ignores, EndExpired
		}
		fans = append(fans, f)
	}
	r.countFans(fans, sale.Sale{Caps: sale.Caps{Guaranteed: 10, Standby: 30}})
	for i := range 120 {
		at := float64(i) / 4
		s := Sample{Seconds: at, Places: min(40, 3*i)}
		s.Sold = int(40 * (1 - math.Exp(-max(0, at-9)/5)))
		if i == 119 {
			s.Sold = 40
		} else if at >= 9 {
			s.Offered = min(12, 40-s.Sold)
		}
		s.Waiting = max(20, s.Places-int(max(0, at-9)*2))
		s.Waiting = min(s.Waiting, s.Places)
		r.Curve = append(r.Curve, s)
	}
	r.countTimes(sale.Caps{Guaranteed: 10, Standby: 30})
	d := &demo{fans: fans}
	r.Promises = d.promises(&r)
	return r, fans
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got; -update writes it):\n%s", name, diff)
	}
}

func TestDrawing(t *testing.T) {
	r, _ := played()
	svg := []byte(draw(r))
	wellFormed(t, svg)
	golden(t, "sale.svg", svg)
	for _, outside := range []string{"http:", "https:", "url(", "@import"} {
		if strings.Contains(strings.Replace(string(svg), "http://www.w3.org/2000/svg", "", 1), outside) {
			t.Errorf("the drawing needs something from outside: %s", outside)
		}
	}
}

// What there is little or much of is drawn too.
func TestDrawingOfAnySize(t *testing.T) {
	wellFormed(t, []byte(draw(Report{Tickets: 1, Fans: 1})))
	many := Report{Tickets: 20_000, Fans: 20_000, MaxPerFan: 4, Demand: Demand{Guaranteed: 5_003, Standby: 14_997}}
	for i := range 20_000 {
		many.Line = append(many.Line, Fan{Number: i + 1, Tickets: i % 5})
		many.Curve = append(many.Curve, Sample{Seconds: float64(i), Sold: i})
	}
	svg := draw(many)
	wellFormed(t, []byte(svg))
	if len(svg) > 1<<20 {
		t.Errorf("the drawing has %d bytes", len(svg))
	}
	if s := strip(many, Terminal{}); strings.Count(s, "\n") != 9 {
		t.Errorf("the strip of a long line has %d rows", strings.Count(s, "\n")+1)
	}
}

func TestPrint(t *testing.T) {
	r, _ := played()
	var text bytes.Buffer
	r.Print(&text, Terminal{Width: 80})
	if strings.Contains(text.String(), "\x1b") {
		t.Error("there are escapes where there are no colours")
	}
	golden(t, "report.txt", text.Bytes())
	text.Reset()
	r.Print(&text, Terminal{Width: 120, Colour: true})
	if !strings.Contains(text.String(), "\x1b[32m✓") {
		t.Error("there are no colours")
	}
}

// Each promise has something that breaks it.
func TestPromises(t *testing.T) {
	r, _ := played()
	if broken := r.Broken(); len(broken) != 0 {
		t.Fatalf("a sale that went well broke %+v", broken)
	}
	for name, c := range map[string]struct {
		spoil  func(r *Report, fans []Fan)
		broken string
	}{
		"a ticket twice":     {func(_ *Report, f []Fan) { f[1].codes[0] = f[0].codes[0] }, "sold twice"},
		"sold and not held":  {func(r *Report, _ []Fan) { r.Sales.Sold++; r.Tickets++ }, "sold twice"},
		"more than there is": {func(r *Report, _ []Fan) { r.Tickets = 39 }, "sold twice"},
		"a gap":              {func(r *Report, _ []Fan) { r.Line[7].Number = 99 }, "no gap"},
		"a wrong page":       {func(_ *Report, f []Fan) { f[3].wrong = []string{"a link was answered 500"} }, "page or mail that was wrong"},
		"a scanner buys":     {func(_ *Report, f []Fan) { f[8].Ending = EndBought }, "scanners"},
		"scanners off":       {func(r *Report, _ []Fan) { r.Mails.Scanned = 0 }, "scanners"},
		"an invariant": {func(r *Report, _ []Fan) {
			r.Verify.Problems = []app.Problem{{Problem: verify.Problem{Invariant: 5}}}
		}, "checks of the stored data"},
		"half a look":      {func(r *Report, _ []Fan) { r.Verify.Notes = []string{"no box office here"} }, "checks of the stored data"},
		"no look at all":   {func(r *Report, _ []Fan) { r.Verify.Checked = 0 }, "checks of the stored data"},
		"left in the dark": {func(_ *Report, f []Fan) { f[30].Ending = EndUnfinished }, "knows how it ended"},
		"no confirmation":  {func(_ *Report, f []Fan) { delete(f[0].mails, sale.MailOrder) }, "knows how it ended"},
		"mail to nowhere":  {func(_ *Report, f []Fan) { f[9].Behaviour = Bounces }, "knows how it ended"},
		"stranded":         {func(r *Report, _ []Fan) { r.Sales.Left = 3 }, "still wants one"},
		"stranded at the end": {func(r *Report, f []Fan) {
			r.Sales.Left = 1
			for i := range f {
				if f[i].Ending == EndSoldOut {
					f[i].Ending = EndOver
				}
			}
		}, "still wants one"},
	} {
		r, fans := played()
		c.spoil(&r, fans)
		r.Promises = (&demo{fans: fans}).promises(&r)
		broken := r.Broken()
		if len(broken) != 1 || !strings.Contains(strings.ToLower(broken[0].Text), strings.ToLower(c.broken)) || len(broken[0].Seen) == 0 || len(broken[0].Seen) > mostSeen+1 {
			t.Errorf("%s: broken %+v, want the one about %q", name, broken, c.broken)
		}
	}
}

// Tickets may be left when nobody wants them.
func TestTicketsMayBeLeft(t *testing.T) {
	r, fans := played()
	r.Sales.Left = 5
	for i := range fans {
		if fans[i].Ending == EndSoldOut {
			fans[i].Ending = EndExpired
		}
	}
	r.Promises = (&demo{fans: fans}).promises(&r)
	if broken := r.Broken(); len(broken) != 0 {
		t.Errorf("broken: %+v", broken)
	}
}

func TestReportRows(t *testing.T) {
	for tickets, want := range map[int]int{400: 16, 40: 10, 12: 12, 10000: 16, 7: 7, 1: 1, 401: 16} {
		if got := reportRows(tickets); got != want {
			t.Errorf("%d tickets: %d rows, want %d", tickets, got, want)
		}
	}
}
