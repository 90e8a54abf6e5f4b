package gallery

import (
	"io"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// fanActs are what a manager can do about somebody with an open offer.
func fanActs(refused bool) []templates.FanAct {
	correct := templates.FanAct{
		Name: "correct", Label: "Correct the address", Button: "Correct it", NewAddress: true,
		Text: "Mail that waits goes to the new address, and so do the receipt and an open offer once more.",
	}
	if refused {
		correct.Form = templates.FanForm{
			Typed: map[string]string{"address": "ben@fans.example", "why": ""},
			Wrong: map[string]string{"address": "This address stands in this line already, with number 310.", "why": "Say why. It is kept in the history."},
		}
	}
	return []templates.FanAct{
		{Name: "resend", Label: "Send the link again", Text: "The same offer, with a new link that is good for 1 hour from when the mail leaves. At most three times in 24 hours.", Button: "Send it again"},
		correct,
		{Name: "withdraw", Label: "Take out of the line", Text: "As if the fan had left.", Button: "Take out"},
		{Name: "export", Label: "Export what is stored", Text: "As a JSON file.", Button: "Download"},
		{Name: "void", Label: "Take the offer back", Text: "The link stops working, and the tickets go to the next in line.", Button: "Take the offer back", Asks: true},
		{Name: "erase", Label: "Erase the person", Text: "The address is removed everywhere; the number stays.", Button: "Erase for good", Asks: true},
	}
}

func fanPage(change func(*templates.FanPage)) func(*templates.Templates, io.Writer, string) error {
	p := templates.FanPage{
		ConsoleFrame: saleFrame("Number 1412", "fans"), Number: 1412, Class: sale.Guaranteed, Address: "anna.keller@fans.example", MailLang: "German",
		Joined: noon.Add(-48 * time.Hour), Timezone: "Europe/Zurich", Others: []int{97}, Acts: fanActs(false),
		Reasons: []string{"The place has an offer of up to 4 tickets, open until Fri 12 Mar 2027, 13:20:00 CET."},
		Events: []templates.FanEvent{
			{At: noon.Add(-48 * time.Hour), Text: "Joined the line at number 1,412, standby."},
			{At: noon.Add(-48*time.Hour + 4*time.Second), Text: "The receipt: the mail server took it (250)."},
			{At: noon.Add(-24 * time.Hour), Text: "Became guaranteed: the sale's guaranteed places were raised."},
			{At: noon.Add(14 * time.Minute), Text: "Its turn came: an offer of up to 4 tickets was planned, in batch 14."},
			{At: noon.Add(15 * time.Minute), Text: "The mail with the link: the mail server refused it for now (451); it is tried again."},
			{At: noon.Add(16 * time.Minute), Text: "The mail with the link, try 2: the mail server took it (250)."},
			{At: noon.Add(20 * time.Minute), Text: "The link was queued to be sent again.", Actor: "ann@lakeside.example", Why: "called, finds no mail"},
		},
	}
	change(&p)
	return func(t *templates.Templates, w io.Writer, _ string) error { return t.Fan(w, p) }
}

// fanScenes are the pages about one fan, and the history.
func fanScenes() []scene {
	erase := fanActs(false)[5]
	erase.Form = templates.FanForm{
		Typed: map[string]string{"why": "asked by letter"},
		Wrong: map[string]string{"order": "This fan has bought: say whether the order is kept without the address, or cancelled."},
	}
	history := templates.HistoryPage{
		ConsoleFrame: saleFrame("History", "history"), Timezone: "Europe/Zurich", Newest: true, Older: "/sales/lakeside-2027/history?before=12",
		Entries: []templates.HistoryEntry{
			{At: noon.Add(31 * time.Minute), Text: "The sale was resumed.", Actor: "ann@lakeside.example"},
			{At: noon.Add(30 * time.Minute), Text: "The sale was paused.", Actor: "ann@lakeside.example"},
			{At: noon.Add(20 * time.Minute), Number: 1412, Text: "The link was queued to be sent again.", Actor: "ann@lakeside.example", Why: "called, finds no mail"},
			{At: noon.Add(12 * time.Minute), Number: 97, Text: "The person was erased; order K7QM-3XPA kept.", Actor: "ben@lakeside.example", Why: "asked by letter of 8 March, number 2027-11"},
		},
	}
	return []scene{
		{"fans", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.Fans(w, templates.FansPage{ConsoleFrame: saleFrame("Find a fan", "fans")})
		}},
		{"fans-nobody", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.Fans(w, templates.FansPage{ConsoleFrame: saleFrame("Find a fan", "fans"), Typed: "anna.keler@fans.example", Problem: "This address has no place in this line.", Asked: noon})
		}},
		{"fan", fanPage(func(p *templates.FanPage) {})},
		{"fan-refused", fanPage(func(p *templates.FanPage) { p.Acts = fanActs(true) })},
		{"fan-viewer", fanPage(func(p *templates.FanPage) {
			p.Acts, p.Address, p.Sale = nil, "a…@f….example", &templates.ConsoleSale{Slug: "lakeside-2027", Title: "Lakeside Festival 2027", Phase: "running", Role: sale.RoleViewer}
		})},
		{"fanact-erase", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.FanAct(w, templates.FanActPage{
				ConsoleFrame: saleFrame("Erase the person", "fans"), Number: 1412, Address: "anna.keller@fans.example", Act: erase, Order: "K7QM-3XPA",
				Effects: []string{
					"The address and everything that leads to the person is removed from this sale's line. The number stays, with what happened to it.",
					"Mails that wait are not sent, and no mail is sent about this.",
					"Other sales are not touched, nor backups. It cannot be undone.",
				},
			})
		}},
		{"exports", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.Exports(w, templates.ExportsPage{ConsoleFrame: saleFrame("Export", "export"), Addresses: true, Sheets: []templates.ExportSheet{
				{Name: "registrations", Label: "Registrations", Text: "Every number with its class, address, times, and what became of it."},
				{Name: "offers", Label: "Offers", Text: "Every offer with its state and times."},
				{Name: "ledger", Label: "Ledger", Text: "Every movement of units between accounts, as the box office wrote it down."},
			}})
		}},
		{"history", func(t *templates.Templates, w io.Writer, _ string) error { return t.History(w, history) }},
	}
}
