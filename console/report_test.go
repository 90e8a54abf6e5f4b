package console

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/browsertest"
	"github.com/inturn/inturn/internal/figures"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// goes has a sale go on for a while: some buy, some less than they might,
// some decline, some let it expire, some leave, some cannot be reached, one
// order is cancelled, once it is frozen and once paused.
func (c *crowd) goes() {
	c.Helper()
	ctx := c.Context()
	for i := range 40 {
		c.join(fmt.Sprintf("fan%d@mail%d.example", i, i%3))
		c.passes(20 * time.Second)
	}
	var codes []string
	for round := range 4 {
		offers := c.batch(8)
		c.passes(time.Second)
		result := line.ResultAccepted
		if round == 2 {
			result = line.ResultRefused
		}
		c.mails(result)
		for i, o := range offers {
			c.passes(7 * time.Second)
			switch {
			case result == line.ResultRefused:
			case i%4 == 0:
				codes = append(codes, c.buys(o, 3).Code)
			case i%4 == 1:
				c.must(c.box.Decline(ctx, c.slug, o, sale.End{At: c.clock().Add(time.Hour)}))
			}
		}
		c.beat()
		if round == 1 {
			c.must(c.line.SetPaused(ctx, c.slug, true, "chief@lakeside.example"))
			c.passes(10 * time.Minute)
			c.must(c.line.SetPaused(ctx, c.slug, false, "chief@lakeside.example"))
			_, _, err := c.line.Freeze(ctx, c.slug, "chief@lakeside.example", "the network <is> down")
			c.must(err)
			c.passes(20 * time.Minute)
			_, _, err = c.line.Unfreeze(ctx, c.slug, "chief@lakeside.example", "")
			c.must(err)
		}
		c.passes(61 * time.Minute)
		c.beat()
	}
	c.must(c.line.Withdraw(ctx, c.slug, 39))
	_, err := c.box.Cancel(ctx, c.slug, codes[0], "rain")
	c.must(err)
	c.beat()
	c.mails(line.ResultAccepted)
	c.passes(3 * 24 * time.Hour) // the form has closed
}

// TestReportReconciles: every number of the report agrees with the others.
func TestReportReconciles(t *testing.T) {
	h := newHouse(t)
	h.crowd("lakeside-2027").goes()
	report, counting, err := h.s.reports.get(t.Context(), "lakeside-2027")
	for counting != "" && err == nil {
		report, counting, err = h.s.reports.get(t.Context(), "lakeside-2027")
	}
	if err != nil {
		t.Fatal(err)
	}
	r := *report
	c, m, o := r.Units.Stock.Capacity(), r.Units.Moves, r.Offers
	var places, bought, noOffer, demand, domains int
	for _, g := range r.Ranges {
		places, bought, noOffer = places+g.Last-g.First+1, bought+g.Bought, noOffer+g.NoOffer
	}
	for _, n := range r.Demand.Values {
		demand += n
	}
	for _, d := range r.Mails.Domains {
		domains += d.Results.All()
	}
	last := len(r.Units.At) - 1
	for what, pair := range map[string][2]int{
		"sign-ups and places":               {demand, r.State.Last},
		"numbers in ranges and places":      {places, r.State.Last},
		"buyers in ranges and buyers":       {bought, r.Buyers},
		"no offer in ranges and in all":     {noOffer, r.NoOffer},
		"buyers and bought offers":          {r.Buyers, o.All(sale.OfferBought)},
		"offers and places that had one":    {o.All(), r.State.Last - r.NoOffer},
		"times to the offer and places":     {r.ToOffer.Cases, r.State.Last - r.NoOffer},
		"times to the purchase and buyers":  {r.ToPurchase.Cases, r.Buyers},
		"accounts and what is for sale":     {c.Available + c.Offered + c.Sold, c.Issued},
		"issued by balance and by flows":    {c.Issued, m.Issued},
		"sold and what was bought":          {c.Sold, m.Bought - m.Cancelled},
		"on offer and what was offered":     {c.Offered, m.Offered - m.Bought - m.Returned},
		"the chart's end and sold":          {r.Units.Balances[0][last], c.Sold},
		"the chart's end and on offer":      {r.Units.Balances[1][last], c.Offered},
		"hand-overs by domain and by kind":  {domains, r.Mails.Results().All()},
		"offer mails and offers mailed":     {r.Mails.Results(sale.MailOffer).All(), o.Sent()},
		"types sold and capacity sold":      {r.Units.Stock.Pools[1].Sold + r.Units.Stock.Pools[2].Sold, c.Sold},
		"cancelled places and tickets by 3": {r.Cancelled * 3, m.Cancelled},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %d and %d", what, pair[0], pair[1])
		}
	}
	if r.Buyers != 6 || r.Cancelled != 1 || m.Cancelled != 3 || o.All(sale.OfferDeclined) != 6 || o.All(sale.OfferBounced) != 8 || len(r.Incidents) != 1 || len(r.Steps) != 2 {
		t.Errorf("%+v", r)
	}
}

// TestReportHolds: a report that lacks something is not kept as long as a whole
// one.
func TestReportHolds(t *testing.T) {
	var whole, lacking figures.Report
	lacking.BoxErr = errors.New("it does not answer")
	if got := holds(whole, time.Minute); got != 50*time.Minute {
		t.Errorf("a whole one holds %v", got)
	}
	if got := holds(lacking, time.Minute); got != time.Minute {
		t.Errorf("one without the box office holds %v", got)
	}
}

// TestReportPage says it in words, without an address of anybody in line.
func TestReportPage(t *testing.T) {
	h := newHouse(t)
	b := h.as("viewer")
	b.want(b.get("/sales/lakeside-2027/report"), 200, "0 places", "There was no freeze and no pause.", "the numbers will change")
	h.crowd("lakeside-2027").goes()
	h.at(noon.Add(8 * 24 * time.Hour))
	b = h.as("viewer")
	b.want(b.get("/sales/lakeside-2027/report"), 200, "40 places", "15 tickets", "6 of 32 mailed offers were bought", "8 offers",
		"6 places bought; the highest number among them is 29", "the network &lt;is&gt; down", "20 min", "10 min", "Saturday", "-the numbers will change", "-@mail1.example")
}

// TestReportIsMadeAside: no page waits for it, and it is not made again at
// once.
func TestReportIsMadeAside(t *testing.T) {
	h := newHouse(t)
	h.join(3)
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // whoever asks is gone at once
	one, counting, err := h.s.reports.get(ctx, "lakeside-2027")
	if err != nil || (one == nil) == (counting == "") {
		t.Errorf("%v %q %v", one, counting, err)
	}
	for one == nil {
		if one, _, err = h.s.reports.get(t.Context(), "lakeside-2027"); err != nil {
			t.Fatal(err)
		}
	}
	h.s.reports.end()
	again, _, err := h.s.reports.get(t.Context(), "lakeside-2027")
	if err != nil || again == nil {
		t.Errorf("after the end: %v %v", again, err)
	}
}

// TestReportInABrowser: it is accessible, and fits a telephone.
func TestReportInABrowser(t *testing.T) {
	h := newHouse(t)
	h.crowd("lakeside-2027").goes()
	at, _ := h.serve()
	b := browsertest.New(t, browsertest.Options{Scripts: true})
	auditor := browsertest.NewAuditor(t)
	b.Goto(at + "/sales/lakeside-2027/report")
	enter(b, "viewer")
	await(t, b, says("h1", "Report")) // else the next page is asked for before the session is there
	for !strings.Contains(b.Text("main"), "Who got in at which number") {
		b.Goto(at + "/sales/lakeside-2027/report")
	}
	for _, width := range []int{320, 1280} {
		b.Screen(width, 900)
		for _, f := range auditor.Audit(b) {
			t.Errorf("%d wide: %s", width, f)
		}
		if !b.Fits() {
			t.Errorf("it is wider than %d pixels", width)
		}
	}
}
