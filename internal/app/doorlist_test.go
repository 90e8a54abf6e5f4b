package app

import (
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// door is a line and its box office, with a fan whom the line has offered
// tickets.
type door struct {
	*testing.T
	parts *Parts
	line  *line.Line
	box   *boxoffice.BoxOffice
	lease line.Lease
	now   time.Time
}

func newDoor(t *testing.T) *door {
	t.Helper()
	d := &door{T: t, now: time.Date(2027, 3, 12, 12, 0, 0, 0, time.UTC)}
	var err error
	d.parts, err = NewParts(PartsOptions{Settings: load(t), Clock: func() time.Time { return d.now }})
	d.must(err)
	t.Cleanup(func() { d.parts.Close() })
	_, err = d.parts.Apply(t.Context(), lakeside(d.now), line.Edit{Actor: "test", Source: line.FromFile})
	d.must(err)
	d.line, err = d.parts.Line(t.Context())
	d.must(err)
	d.box, err = d.parts.BoxOffice(t.Context())
	d.must(err)
	_, err = d.line.SignUp(t.Context(), line.SignUp{
		Sale: "lakeside", Lang: "en",
		Address: sale.Address{Typed: "ann@fans.example", Canonical: "ann@fans.example"},
	})
	d.must(err)
	d.lease, _, err = d.line.Acquire(t.Context(), "lakeside", "test", time.Hour)
	d.must(err)
	return d
}

func (d *door) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// offered is the fan's offer.
func (d *door) offered() string {
	d.Helper()
	asks, err := d.line.PlanBatch(d.Context(), d.lease, line.Plan{Most: 1, Each: 4, Next: d.now.Add(time.Minute), Period: time.Minute})
	d.must(err)
	grants, err := d.box.Reserve(d.Context(), "lakeside", asks)
	d.must(err)
	d.must(d.line.OpenBatch(d.Context(), d.lease, grants))
	return asks[0].Offer
}

// buys gives the code of an order for one ticket.
func (d *door) buys(offer string) string {
	d.Helper()
	order, _, err := d.box.Buy(d.Context(), boxoffice.Purchase{
		Offer: offer, Sale: "lakeside", Ends: d.now.Add(time.Hour), Quantities: sale.Quantities{"ticket": 1},
	})
	d.must(err)
	return order.Code
}

func (d *door) collects() {
	d.Helper()
	outcomes, err := d.box.Outcomes(d.Context(), "lakeside", 0, feedPage)
	d.must(err)
	d.must(d.line.Collect(d.Context(), d.lease, outcomes))
}

// wants checks the list: addresses by code, and what the notes say.
func (d *door) wants(addresses map[string]string, notes ...string) {
	d.Helper()
	rows, said, err := d.parts.DoorList(d.Context(), "lakeside")
	d.must(err)
	if len(rows) != len(addresses) {
		d.Errorf("%d rows, want %d", len(rows), len(addresses))
	}
	for _, r := range rows {
		if address, ok := addresses[r.Order.Code]; !ok || address != r.Address {
			d.Errorf("%s: %q, want %q (listed: %v)", r.Order.Code, r.Address, address, ok)
		}
	}
	all := strings.Join(said, "\n")
	if len(said) != len(notes) {
		d.Errorf("%d notes, want %d: %s", len(said), len(notes), all)
	}
	for _, note := range notes {
		if !strings.Contains(all, note) {
			d.Errorf("no note says %q: %s", note, all)
		}
	}
}

// Whoever holds an order is on the list: also when the line, restored from an
// older backup, does not know the offer and has passed the order over.
func TestDoorListHasEveryOrder(t *testing.T) {
	d := newDoor(t)
	_, err := d.box.Reserve(t.Context(), "lakeside", []sale.Ask{{Offer: "of-another-line", Most: 2}})
	d.must(err)
	foreign := d.buys("of-another-line")
	const passedOver, late = "orders without an address: 1, good", "orders without an address: 1, placed since"
	d.wants(map[string]string{foreign: ""}, late) // as far as anybody can tell
	d.collects()
	d.wants(map[string]string{foreign: ""}, passedOver)

	known := d.buys(d.offered())
	d.wants(map[string]string{foreign: "", known: ""}, passedOver, late)
	d.collects()
	d.wants(map[string]string{foreign: "", known: "ann@fans.example"}, passedOver)

	_, err = d.box.Cancel(t.Context(), "lakeside", foreign, "bought for the wrong day")
	d.must(err)
	d.wants(map[string]string{foreign: "", known: "ann@fans.example"}) // nobody comes to the door with it
}

// A feed that breaks off takes nothing back that the line has collected.
func TestDoorListKeepsWhatTheLineCollected(t *testing.T) {
	order := func(s sale.OrderState) *sale.Order { return &sale.Order{Code: "AXEP-XJMV", State: s} }
	list := doorList{cursor: 2, foreign: map[string]bool{}, rows: map[string]line.DoorRow{
		"AXEP-XJMV": {Number: 7, Address: "ann@fans.example", Order: *order(sale.OrderCancelled)},
	}}
	list.add(sale.Outcome{Position: 1, Kind: sale.OutcomeBought, Order: order(sale.OrderConfirmed)})
	if got := list.rows["AXEP-XJMV"]; got.Order.State != sale.OrderCancelled || len(list.missing()) != 0 {
		t.Errorf("%+v, %v", got, list.missing())
	}
}
