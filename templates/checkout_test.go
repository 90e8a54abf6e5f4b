package templates

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// checkoutSample is one page, and what must and must not stand on it.
type checkoutSample struct {
	sample
	want, unwanted []string
}

func checkoutSamples() []sample {
	var all []sample
	for _, c := range checkoutPages() {
		all = append(all, c.sample)
	}
	return all
}

func checkoutPages() []checkoutSample {
	return slices.Concat(offerPages(), orderPages(), overPages())
}

func offerPages() []checkoutSample {
	page := func(what string, change func(p *OfferPage), want, unwanted []string) checkoutSample {
		return checkoutSample{sample{"checkout/offer", what, func(t *Templates, w io.Writer, lang string) error {
			p := OfferPage{
				Frame: sampleFrame(lang), Most: 4, Ends: noon.Add(140 * time.Minute), Left: 43*time.Minute + 30*time.Second,
				Now:        noon.Add(140*time.Minute - 43*time.Minute - 30*time.Second),
				DeclineURL: "x/decline",
				Types: []OfferType{
					{ID: "fri", Title: sale.Text{"en": "Friday"}},
					{ID: "sat", Title: sale.Text{"en": "Saturday"}, Price: 9500, Left: 12, Most: 2},
				},
			}
			change(&p)
			return t.OfferPage(w, p)
		}}, want, unwanted}
	}
	return []checkoutSample{
		page("open", func(p *OfferPage) {}, []string{
			"Up to 4 tickets are reserved for you", "Time left when you opened this page: 43 minutes.", "Friday, 12 March 2027, 14:20 CET",
			`datetime="2027-03-12T13:20:00Z"`, `name="version" value="3"`, `name="qty.sat"`, "CHF", "95.00", "12 left",
			"Friday is sold out", "Come to the open rehearsal.", "pay on site", `action="x/decline"`, "Lakeside &lt;Festival&gt;",
		}, []string{`name="qty.fri"`, `role="alert"`, "<Festival>", `<option value="1" selected>`}),
		page("frozen", func(p *OfferPage) { p.Frozen = true },
			[]string{"The clock stands still", "Time left: 43 minutes.", `name="qty.sat"`, `data-state="frozen"`}, []string{"data-ends", "14:20", "more than your mail"}),
		page("moved by a freeze", func(p *OfferPage) { p.Moved = 20 * time.Minute },
			[]string{"You therefore have 20 minutes more than your mail says.", "data-ends"}, []string{"stands still"}),
		page("nothing sold out", func(p *OfferPage) { p.Types = p.Types[1:] },
			nil, []string{"sold out", "Come to the open rehearsal."}),
		page("free", func(p *OfferPage) { p.Sale.Payment = sale.PaymentNone; p.Types[1].Price = 0 },
			[]string{"free", "You do not pay anything here"}, []string{"on site"}),
		page("no quantity", func(p *OfferPage) { p.Problem = "bad_quantity" }, []string{`role="alert"`, "at least one"}, nil),
		page("too many", func(p *OfferPage) { p.Problem = "too_many_tickets"; p.Types[1].Chosen = 2 },
			[]string{"more than there is", `<option value="2" selected>`}, nil),
		page("more than the offer", func(p *OfferPage) { p.Problem, p.Beyond = "too_many_tickets", true },
			[]string{"more than the 4 tickets reserved for you", `role="alert"`}, []string{"more than there is"}),
		page("very many", func(p *OfferPage) { p.Types[1].Most, p.Types[1].Chosen = 100, 30 },
			[]string{`type="number"`, `max="100"`, `value="30"`}, []string{"<select"}),
		page("another price", func(p *OfferPage) { p.Problem = "price_changed" },
			[]string{"changed while you were looking", "nothing was ordered"}, nil),
	}
}

func orderPages() []checkoutSample {
	page := func(what string, change func(p *OrderPage), want, unwanted []string) checkoutSample {
		return checkoutSample{sample{"checkout/order", what, func(t *Templates, w io.Writer, lang string) error {
			p := OrderPage{Frame: sampleFrame(lang), Order: *sampleOrder()}
			change(&p)
			return t.OrderPage(w, p)
		}}, want, unwanted}
	}
	return []checkoutSample{
		page("confirmed", func(p *OrderPage) {},
			[]string{"K7QM-3XPA", "T-1A2B3C", "T-4D5E6F", "Friday", "170.00", "You pay when you collect", "Your tickets"},
			[]string{"cancelled", `role="alert"`}),
		page("free", func(p *OrderPage) { p.Order.Total, p.Order.Tickets = 0, []sale.Ticket{{Code: "T-9"}} },
			[]string{"T-9", "free", "Your ticket"}, []string{"Your tickets<"}),
		page("with its event", func(p *OrderPage) {
			p.CalendarURL = "/order/ref/calendar.ics"
			s := *p.Sale
			s.Event = sale.Event{Starts: noon, Ends: noon.Add(time.Hour), Venue: "Strandweg 1"}
			p.Sale = &s
		}, []string{"12:00 CET", "Strandweg 1", "/order/ref/calendar.ics", "Add the event"}, nil),
		page("asked for twice", func(p *OrderPage) { p.Again = true }, []string{"K7QM-3XPA", "You have already ordered"}, nil),
		page("cancelled", func(p *OrderPage) { p.Order.State = sale.OrderCancelled },
			[]string{"K7QM-3XPA", "was cancelled"}, []string{"Keep this page", "You pay when"}),
	}
}

func overPages() []checkoutSample {
	page := func(why string, frame func(f *Frame), want, unwanted []string) checkoutSample {
		return checkoutSample{sample{"checkout/over", why, func(t *Templates, w io.Writer, lang string) error {
			p := OverPage{Frame: sampleFrame(lang), Why: why, Ends: noon.Add(140 * time.Minute)}
			frame(&p.Frame)
			return t.OverPage(w, p)
		}}, want, unwanted}
	}
	return []checkoutSample{
		page("expired", func(f *Frame) {},
			[]string{"The time for these tickets is over", "14:20 CET", "Come to the open rehearsal."}, []string{"<form"}),
		page("declined", func(f *Frame) {}, []string{"You gave the tickets back"}, []string{"<form", "14:20"}),
		page("closed", func(f *Frame) { f.Sale = nil }, []string{"This offer is over"}, []string{"<form", "14:20"}),
	}
}

func TestCheckoutPages(t *testing.T) {
	ts := newTemplates(t)
	for _, c := range checkoutPages() {
		t.Run(c.page+"/"+c.what, func(t *testing.T) {
			var b bytes.Buffer
			if err := c.render(ts, &b, "en"); err != nil {
				t.Fatal(err)
			}
			for _, want := range c.want {
				if !strings.Contains(b.String(), want) {
					t.Errorf("lacks %q:\n%s", want, b.String())
				}
			}
			for _, unwanted := range append(c.unwanted, "ZgotmplZ", "<script>", `data-sending="&#34;`) {
				if strings.Contains(b.String(), unwanted) {
					t.Errorf("contains %q:\n%s", unwanted, b.String())
				}
			}
			if b.Len() > 50_000 {
				t.Errorf("%d bytes, want less than 50 KB", b.Len())
			}
		})
	}
}
