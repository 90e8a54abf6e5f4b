package gallery

import (
	"io"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

func frame(lang string) templates.Frame {
	f := templates.Frame{Lang: lang, Sale: lakeside()}
	for _, l := range f.Sale.Languages {
		f.Languages = append(f.Languages, templates.Alternate{Lang: l, URL: "/lakeside-2027/" + l})
	}
	return f
}

// bare is the frame of a page that belongs to no sale.
func bare(lang string) templates.Frame {
	f := frame(lang)
	f.Sale = nil
	return f
}

// night is when most people sleep.
var night = sale.QuietHours{From: 22 * 60 * 60, To: 8 * 60 * 60}

func landingScenes() []scene {
	landing := func(name string, n templates.Notice, change func(*templates.LandingPage)) scene {
		return scene{"landing-" + name, func(t *templates.Templates, w io.Writer, lang string) error {
			d := templates.LandingPage{Frame: frame(lang), Notice: n, Action: "/lakeside-2027", ReceiptURL: "/lakeside-2027/receipt?lang=" + lang}
			if change != nil {
				change(&d)
			}
			return t.LandingPage(w, d)
		}}
	}
	return []scene{
		landing("before", templates.NoticeBefore, nil),
		landing("open", templates.NoticeGuaranteed, nil),
		landing("standby", templates.NoticeStandby, nil),
		landing("full", templates.NoticeFull, nil),
		landing("closed", templates.NoticeClosed, nil),
		landing("paused", templates.NoticeGuaranteed, func(d *templates.LandingPage) { d.Paused = true }),
		landing("quiet", templates.NoticeGuaranteed, func(d *templates.LandingPage) { d.Sale.Dispatch.Quiet = night }),
		landing("soldout", templates.NoticeClosed, func(d *templates.LandingPage) { d.SoldOut = true }),
		landing("over", templates.NoticeClosed, func(d *templates.LandingPage) { d.Over, d.ReceiptURL = true, "" }),
		landing("bad-address", templates.NoticeGuaranteed, func(d *templates.LandingPage) {
			d.Problem, d.Typed, d.Reason = "bad_address", "fan@example", sale.AddressShortSite
		}),
		landing("too-many", templates.NoticeStandby, func(d *templates.LandingPage) {
			d.Problem, d.Typed = "too_many", "fan@example.org"
		}),
	}
}

func lineScenes() []scene {
	line := func(name string, some ...templates.Notice) scene {
		return scene{name, func(t *templates.Templates, w io.Writer, lang string) error {
			d := templates.IndexPage{Frame: bare(lang)}
			for _, n := range some {
				s := lakeside()
				d.Sales = append(d.Sales, templates.IndexSale{
					Title: s.Title, URL: "/lakeside-2027", Notice: n, Timezone: s.Timezone,
					Opens: s.Registration.Opens, Closes: s.Registration.Closes,
				})
			}
			return t.IndexPage(w, d)
		}}
	}
	already := func(name string, receipt bool) scene {
		return scene{name, func(t *templates.Templates, w io.Writer, lang string) error {
			return t.AlreadyPage(w, templates.AlreadyPage{
				Frame: frame(lang), Address: "fan@example.org", Receipt: receipt, LandingURL: "/lakeside-2027/" + lang,
				ReceiptURL: map[bool]string{true: "/lakeside-2027/receipt"}[receipt],
			})
		}}
	}
	lost := func(name string, d templates.ReceiptPage) scene {
		return scene{name, func(t *templates.Templates, w io.Writer, lang string) error {
			d.Frame, d.Action, d.LandingURL = frame(lang), "/lakeside-2027/receipt", "/lakeside-2027/"+lang
			return t.ReceiptPage(w, d)
		}}
	}
	return []scene{
		line("sales", templates.NoticeGuaranteed, templates.NoticeStandby, templates.NoticeBefore, templates.NoticeFull),
		line("sales-none"),
		already("already", true),
		already("already-no-receipt", false),
		lost("receipt", templates.ReceiptPage{}),
		lost("receipt-bad-address", templates.ReceiptPage{Address: "fan", Problem: "bad_address", Reason: sale.AddressNoAt}),
		lost("receipt-sent", templates.ReceiptPage{Address: "fan@example.org", Sent: true}),
	}
}

func placeScenes() []scene {
	var all []scene
	place := func(name string, state templates.PlaceState, change func(*templates.PlacePage)) {
		all = append(all, scene{"place-" + name, func(t *templates.Templates, w io.Writer, lang string) error {
			d := templates.PlacePage{
				Frame: frame(lang), State: state, Number: 1412, Class: sale.Guaranteed, Address: "fan@example.org",
				Reached: 1200, Most: 4, Now: noon.Add(17 * time.Minute), LandingURL: "/lakeside-2027/" + lang, ProgressURL: "/lakeside-2027/" + lang + "/progress",
				MailLang: lang, LanguageURL: "/lakeside-2027/place/receipt/language",
			}
			if change != nil {
				change(&d)
			}
			return t.PlacePage(w, d)
		}})
	}
	leave := func(d *templates.PlacePage) { d.WithdrawURL = "/lakeside-2027/place/k1.12.mac/withdraw" }
	place("waiting", templates.PlaceWaiting, func(d *templates.PlacePage) {
		leave(d)
		d.About = noon.Add(10 * time.Minute)
	})
	place("first", templates.PlaceWaiting, func(d *templates.PlacePage) {
		leave(d)
		d.Number, d.Reached, d.About = 1, 0, noon
	})
	place("standby", templates.PlaceWaiting, func(d *templates.PlacePage) {
		leave(d)
		d.Number, d.Class, d.NotBefore = 3750, sale.Standby, noon.Add(25*time.Minute)
	})
	place("paused", templates.PlaceWaiting, func(d *templates.PlacePage) {
		leave(d)
		d.Paused = true
	})
	place("night", templates.PlaceWaiting, func(d *templates.PlacePage) {
		leave(d)
		d.About, d.Sale.Dispatch.Quiet = noon.Add(20*time.Hour), night
	})
	place("other-language", templates.PlaceWaiting, func(d *templates.PlacePage) {
		leave(d)
		d.MailLang = map[string]string{"en": "de"}[d.Lang]
		if d.MailLang == "" {
			d.MailLang = "en"
		}
	})
	place("preparing", templates.PlacePreparing, leave)
	place("open", templates.PlaceOpen, func(d *templates.PlacePage) {
		leave(d)
		d.Link, d.Ends, d.Left = "https://tickets.example/c/token", noon.Add(time.Hour), 43*time.Minute
	})
	place("frozen", templates.PlaceOpen, func(d *templates.PlacePage) {
		leave(d)
		d.Link, d.Ends, d.Left, d.Frozen = "https://tickets.example/c/token", noon.Add(time.Hour), 43*time.Minute, true
	})
	place("frozen-waiting", templates.PlaceWaiting, func(d *templates.PlacePage) {
		leave(d)
		d.Frozen = true
	})
	place("after-freeze", templates.PlaceOpen, func(d *templates.PlacePage) {
		leave(d)
		d.Link, d.Ends, d.Left, d.Moved = "https://tickets.example/c/token", noon.Add(80*time.Minute), 63*time.Minute, 20*time.Minute
	})
	place("bought", templates.PlaceBought, func(d *templates.PlacePage) {
		d.Order, d.OrderURL = order(sale.OrderConfirmed), "https://tickets.example/order/ref"
	})
	place("withdrawn", templates.PlaceWithdrawn, func(d *templates.PlacePage) { d.RejoinURL = "/lakeside-2027/place/k1.12.mac/rejoin" })
	place("soldout", templates.PlaceSoldOut, leave)
	place("undelivered", templates.PlaceUndelivered, leave)
	for _, over := range []templates.PlaceState{
		templates.PlaceClosing, templates.PlaceCancelled, templates.PlaceExpired, templates.PlaceDeclined,
		templates.PlaceBounced, templates.PlaceVoided, templates.PlaceOver,
	} {
		place(string(over), over, nil)
	}
	return all
}

func checkoutScenes() []scene {
	offer := func(name string, change func(*templates.OfferPage)) scene {
		return scene{"offer" + name, func(t *templates.Templates, w io.Writer, lang string) error {
			d := templates.OfferPage{
				Frame: frame(lang), Most: 4, Now: noon.Add(17 * time.Minute), Ends: noon.Add(time.Hour), Left: 43 * time.Minute, DeclineURL: "/c/token/decline",
			}
			for i, tt := range d.Sale.Tickets.Types {
				d.Types = append(d.Types, templates.OfferType{ID: tt.ID, Title: tt.Title, Price: tt.Price, Left: 300 * (i + 1), Most: 4})
			}
			if change != nil {
				change(&d)
			}
			return t.OfferPage(w, d)
		}}
	}
	ordered := func(name string, state sale.OrderState, again bool) scene {
		return scene{name, func(t *templates.Templates, w io.Writer, lang string) error {
			return t.OrderPage(w, templates.OrderPage{Frame: frame(lang), Order: *order(state), Again: again})
		}}
	}
	all := []scene{
		offer("", nil),
		offer("-one-left", func(d *templates.OfferPage) {
			d.Types[0].Left, d.Types[0].Most = 0, 0
			d.Types[1].Left, d.Types[1].Most = 1, 1
		}),
		offer("-too-many", func(d *templates.OfferPage) { d.Problem, d.Types[0].Chosen = "too_many_tickets", 3 }),
		offer("-frozen", func(d *templates.OfferPage) { d.Frozen = true }),
		offer("-after-freeze", func(d *templates.OfferPage) {
			d.Ends, d.Left, d.Moved = noon.Add(80*time.Minute), 63*time.Minute, 20*time.Minute
		}),
		offer("-price", func(d *templates.OfferPage) { d.Problem, d.Types[1].Chosen = "price_changed", 2 }),
		ordered("order", sale.OrderConfirmed, false),
		ordered("order-again", sale.OrderConfirmed, true),
		ordered("order-cancelled", sale.OrderCancelled, false),
	}
	for _, why := range []string{"expired", "declined", "closed"} {
		all = append(all, scene{"over-" + why, func(t *templates.Templates, w io.Writer, lang string) error {
			return t.OverPage(w, templates.OverPage{Frame: frame(lang), Why: why, Ends: noon.Add(time.Hour)})
		}})
	}
	return all
}

func otherScenes() []scene {
	var all []scene
	for _, code := range []sale.Code{
		sale.CodeNotFound, sale.CodeBadLink, sale.CodeOfferOver, sale.CodeTooMany, sale.CodeTooLate,
		sale.CodeUnavailable, sale.CodeOverloaded, sale.CodeInternal, sale.CodeForbidden,
	} {
		all = append(all, scene{"error-" + string(code), func(t *templates.Templates, w io.Writer, lang string) error {
			return t.ErrorPage(w, templates.ErrorPage{Frame: bare(lang), Status: 500, Code: string(code), BackURL: "/lakeside-2027"})
		}})
	}
	mail := templates.MailLine{
		URL: "/mailbox/3", To: "fan@example.org", From: "Lakeside <tickets@lakeside.example>", Subject: "Your turn: tickets for Lakeside", Date: noon,
	}
	return append(all,
		scene{"mailbox", func(t *templates.Templates, w io.Writer, lang string) error {
			return t.MailboxPage(w, templates.MailboxPage{Frame: bare(lang), Total: 2, Mails: []templates.MailLine{mail, mail}, OlderURL: "/mailbox?before=2"})
		}},
		scene{"mailbox-mail", func(t *templates.Templates, w io.Writer, lang string) error {
			return t.MailPage(w, templates.MailPage{
				Frame: bare(lang), MailLine: mail, Text: "It is your turn.\n\nhttps://checkout.lakeside.example/c/token\n",
				Links: []string{"https://checkout.lakeside.example/c/token"}, ToURL: "/mailbox?to=fan%40example.org", ListURL: "/mailbox",
			})
		}},
		scene{"mailbox-empty", func(t *templates.Templates, w io.Writer, lang string) error {
			return t.MailboxPage(w, templates.MailboxPage{Frame: bare(lang)})
		}},
	)
}

func progressScenes() []scene {
	progress := func(name string, state templates.ProgressState, change func(*templates.ProgressPage)) scene {
		return scene{"progress-" + name, func(t *templates.Templates, w io.Writer, lang string) error {
			d := templates.ProgressPage{
				Frame: frame(lang), State: state, Reached: 1200, Registered: 6480, Guaranteed: 2500, LandingURL: "/lakeside-2027/" + lang,
			}
			if change != nil {
				change(&d)
			}
			return t.ProgressPage(w, d)
		}}
	}
	return []scene{
		progress("before", templates.ProgressBefore, func(d *templates.ProgressPage) { d.Reached = 0 }),
		progress("moving", templates.ProgressMoving, func(d *templates.ProgressPage) {
			d.Serving, d.Next, d.GuaranteedBy = sale.Guaranteed, noon.Add(18*time.Minute), noon.Add(30*time.Minute)
		}),
		progress("paused", templates.ProgressMoving, func(d *templates.ProgressPage) { d.Paused = true }),
		progress("soldout", templates.ProgressSoldOut, func(d *templates.ProgressPage) { d.Reached = 4100 }),
		progress("over", templates.ProgressOver, func(d *templates.ProgressPage) { d.Reached = 6480 }),
	}
}
