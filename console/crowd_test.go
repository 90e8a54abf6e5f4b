package console

import (
	"time"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// crowd is what a dispatcher and fans do in a sale of the house.
type crowd struct {
	*house
	slug  string
	lease line.Lease
}

func (h *house) crowd(slug string) *crowd {
	h.Helper()
	lease, ok, err := h.line.Acquire(h.Context(), slug, "house", 24*time.Hour)
	if err != nil || !ok {
		h.Fatalf("acquire: %v %v", ok, err)
	}
	return &crowd{house: h, slug: slug, lease: lease}
}

func (c *crowd) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

// passes lets time pass.
func (c *crowd) passes(d time.Duration) { c.at(c.clock().Add(d)) }

func (c *crowd) join(address string) int {
	c.Helper()
	a, err := parseAddress(address)
	c.must(err)
	r, err := c.line.SignUp(c.Context(), line.SignUp{Sale: c.slug, Lang: "en", Address: a})
	c.must(err)
	return r.Number
}

// batch makes the next offers, and gives their ids.
func (c *crowd) batch(most int) (ids []string) {
	c.Helper()
	asks, err := c.line.PlanBatch(c.Context(), c.lease, line.Plan{Most: most, Each: 4, Next: c.clock().Add(time.Minute), Period: time.Minute})
	c.must(err)
	grants, err := c.box.Reserve(c.Context(), c.slug, asks)
	c.must(err)
	c.must(c.line.OpenBatch(c.Context(), c.lease, grants))
	for _, a := range asks {
		ids = append(ids, a.Offer)
	}
	return ids
}

// mails hands over what is due, and gives what that was.
func (c *crowd) mails(result line.MailResult) []line.Mail {
	c.Helper()
	mails, _, err := c.line.LeaseMails(c.Context(), line.Hand{Leases: []line.Lease{c.lease}, Most: 100})
	c.must(err)
	for _, m := range mails {
		c.must(c.line.Record(c.Context(), line.Tried{Mail: m, Result: result, Code: 250}))
	}
	return mails
}

func (c *crowd) buys(offer string, tickets int) sale.Order {
	c.Helper()
	o, _, err := c.box.Buy(c.Context(), boxoffice.Purchase{
		Offer: offer, Sale: c.slug, Quantities: sale.Quantities{"fri": tickets}, Ends: c.clock().Add(time.Hour),
	})
	c.must(err)
	c.beat()
	return o
}

// beat cancels, collects and closes.
func (c *crowd) beat() {
	c.Helper()
	ctx := c.Context()
	due, err := c.line.Cancellings(ctx, c.lease)
	c.must(err)
	for _, d := range due {
		_, err := c.box.Cancel(ctx, c.slug, d.Code, d.Why)
		c.must(err)
	}
	st, err := c.line.Sale(ctx, c.slug)
	c.must(err)
	outcomes, err := c.box.Outcomes(ctx, c.slug, st.Cursor, 1000)
	c.must(err)
	c.must(c.line.Collect(ctx, c.lease, outcomes))
	closing, err := c.line.CloseDue(ctx, c.lease)
	c.must(err)
	answers := map[string]sale.Answer{}
	for _, one := range closing {
		answer, err := c.box.Close(ctx, c.slug, one)
		c.must(err)
		answers[one.Offer] = answer
	}
	c.must(c.line.Closed(ctx, c.lease, answers))
}
