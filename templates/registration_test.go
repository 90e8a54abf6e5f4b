package templates

import (
	"io"
	"slices"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

func registrationSamples() []sample {
	all := []sample{
		{"registration/index", "none", func(t *Templates, w io.Writer, lang string) error {
			return t.IndexPage(w, IndexPage{Frame: Frame{Lang: lang}})
		}},
		{"registration/already", "receipt", func(t *Templates, w io.Writer, lang string) error {
			return t.AlreadyPage(w, AlreadyPage{Frame: sampleFrame(lang), Address: "Fan@example.org", Receipt: true, ReceiptURL: "/receipt", LandingURL: "/"})
		}},
		{"registration/receipt", "asked for", func(t *Templates, w io.Writer, lang string) error {
			return t.ReceiptPage(w, ReceiptPage{Frame: sampleFrame(lang), Action: "/receipt", LandingURL: "/"})
		}},
		{"registration/receipt", "no address", func(t *Templates, w io.Writer, lang string) error {
			return t.ReceiptPage(w, ReceiptPage{Frame: sampleFrame(lang), Action: "/receipt", LandingURL: "/", Address: "fan", Problem: "bad_address", Reason: sale.AddressNoAt})
		}},
		{"registration/receipt", "sent", func(t *Templates, w io.Writer, lang string) error {
			return t.ReceiptPage(w, ReceiptPage{Frame: sampleFrame(lang), Sent: true, Address: `"><b>@example.org`, LandingURL: "/"})
		}},
		{"registration/already", "no receipt", func(t *Templates, w io.Writer, lang string) error {
			return t.AlreadyPage(w, AlreadyPage{Frame: sampleFrame(lang), Address: "Fan@example.org", LandingURL: "/"})
		}},
	}
	notices := []Notice{NoticeBefore, NoticeGuaranteed, NoticeStandby, NoticeFull, NoticeClosed}
	for _, n := range notices {
		all = append(all, landingSample(n, ""), indexSample(n))
	}
	for _, code := range []string{"bad_address", "invalid", "too_many", "overloaded", "unavailable", "not_open_yet", "closed", "full"} {
		all = append(all, landingSample(NoticeStandby, code))
	}
	return slices.Concat(all, robotSamples(), placeSamples(), progressSamples())
}

func indexSample(n Notice) sample {
	return sample{"registration/index", string(n), func(t *Templates, w io.Writer, lang string) error {
		s := sampleSale()
		return t.IndexPage(w, IndexPage{Frame: Frame{Lang: lang}, Sales: []IndexSale{{
			Title: s.Title, URL: "/lakeside-2027", Notice: n, Timezone: s.Timezone,
			Opens: s.Registration.Opens, Closes: s.Registration.Closes,
		}}})
	}}
}

func landingSample(n Notice, problem string) sample {
	return sample{"registration/landing", string(n) + problem, func(t *Templates, w io.Writer, lang string) error {
		d := LandingPage{
			Frame: sampleFrame(lang), Notice: n, Paused: true, SoldOut: true,
			Action: "/lakeside-2027", Problem: problem, Typed: `fan"@example.org`, Reason: sale.AddressNoAt,
		}
		if n == NoticeBefore {
			d.OpeningURL = "/lakeside-2027/" + lang + "/calendar.ics"
		}
		return t.LandingPage(w, d)
	}}
}

func placeSamples() []sample {
	states := []PlaceState{
		PlacePreparing, PlaceOpen, PlaceClosing, PlaceBought, PlaceCancelled, PlaceExpired, PlaceDeclined, PlaceBounced,
		PlaceUndelivered, PlaceWithdrawn, PlaceVoided, PlaceSoldOut, PlaceOver,
	}
	full := PlacePage{
		Number: 2750, Class: sale.Standby, Address: "Fan@example.org", Reached: 1200, Paused: true, Most: 1,
		Link: "https://tickets.example/c/token", Ends: noon.Add(time.Hour), Left: 59*time.Minute + 59*time.Second,
		Order: sampleOrder(), OrderURL: "https://tickets.example/order/ref",
		Now: noon.Add(time.Second), ProgressURL: "/lakeside-2027/en/progress",
		WithdrawURL: "/withdraw", RejoinURL: "/rejoin", LandingURL: "/lakeside-2027",
		MailLang: "de", LanguageURL: "/language",
	}
	var all []sample
	add := func(what string, d PlacePage) {
		all = append(all, sample{"registration/place", what, func(t *Templates, w io.Writer, lang string) error {
			d.Frame = sampleFrame(lang)
			return t.PlacePage(w, d)
		}})
	}
	for _, s := range states {
		full.State = s
		add(string(s), full)
	}
	frozen := full
	frozen.Frozen, frozen.State = true, PlaceOpen
	add("frozen", frozen)
	frozen.State = PlaceWaiting
	add("waiting in a frozen sale", frozen)
	frozen.State, frozen.Frozen, frozen.Moved = PlaceOpen, false, 20*time.Minute
	add("moved by a freeze", frozen)
	for _, q := range []sale.QuietHours{{From: 22 * 3600, To: 8 * 3600}, {From: 12 * 3600, To: 14 * 3600}} {
		all = append(all, sample{"registration/place", "quiet by " + q.Word(), func(t *Templates, w io.Writer, lang string) error {
			d := full
			d.Frame, d.State = sampleFrame(lang), PlaceWaiting
			d.Sale.Dispatch.Quiet = q
			return t.PlacePage(w, d)
		}}, sample{"registration/landing", "quiet by " + q.Word(), func(t *Templates, w io.Writer, lang string) error {
			d := LandingPage{Frame: sampleFrame(lang), Notice: NoticeStandby}
			d.Sale.Dispatch.Quiet = q
			return t.LandingPage(w, d)
		}})
	}
	waiting := PlacePage{State: PlaceWaiting, Now: noon, ProgressURL: "/lakeside-2027/en/progress", Number: 12, Class: sale.Guaranteed, Address: "a@example.org", LandingURL: "/lakeside-2027"}
	add("nobody can say", waiting)
	waiting.About = noon
	add("about", waiting)
	waiting.About, waiting.NotBefore, waiting.Class = time.Time{}, noon, sale.Standby
	add("not before", waiting)
	return all
}

func progressSamples() []sample {
	var all []sample
	add := func(what string, change func(*ProgressPage)) {
		all = append(all, sample{"registration/progress", what, func(t *Templates, w io.Writer, lang string) error {
			d := ProgressPage{
				Frame: sampleFrame(lang), State: ProgressMoving, Reached: 1200, Registered: 3400, Guaranteed: 2500,
				Serving: sale.Guaranteed, Next: noon.Add(13 * time.Minute), GuaranteedBy: noon.Add(25 * time.Minute), LandingURL: "/lakeside-2027/en",
			}
			change(&d)
			return t.ProgressPage(w, d)
		}})
	}
	add("moving", func(*ProgressPage) {})
	add("before", func(d *ProgressPage) { d.State, d.Reached = ProgressBefore, 0 })
	add("few", func(d *ProgressPage) { d.Registered, d.Reached, d.Guaranteed = 9, 3, 6 })
	add("paused", func(d *ProgressPage) {
		d.Paused, d.Serving, d.Next, d.GuaranteedBy = true, "", time.Time{}, time.Time{}
	})
	for _, s := range []ProgressState{ProgressSoldOut, ProgressOver} {
		add(string(s), func(d *ProgressPage) {
			d.State, d.Reached, d.Serving, d.Next, d.GuaranteedBy = s, 3400, "", time.Time{}, time.Time{}
		})
	}
	return all
}
