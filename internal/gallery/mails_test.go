package gallery

import (
	"io"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// letter is one mail as somebody gets it.
type letter struct {
	name   string
	render func(t *templates.Templates, lang string) (templates.Mail, error)
}

const placeURL = "https://tickets.lakeside.example/lakeside-2027/place/k1.1412.1mjkrs4.mac"

// letters are all mails.
func letters() []letter {
	receipt := func(number int, class sale.Class) func(*templates.Templates, string) (templates.Mail, error) {
		return func(t *templates.Templates, lang string) (templates.Mail, error) {
			return t.ReceiptMail(lang, templates.ReceiptMail{Sale: *lakeside(), Number: number, Class: class, PlaceURL: placeURL})
		}
	}
	decline := func(soldOut bool) func(*templates.Templates, string) (templates.Mail, error) {
		return func(t *templates.Templates, lang string) (templates.Mail, error) {
			return t.DeclineMail(lang, templates.DeclineMail{Sale: *lakeside(), Number: 3750, PlaceURL: placeURL, SoldOut: soldOut})
		}
	}
	withdrawn := func(until time.Time) func(*templates.Templates, string) (templates.Mail, error) {
		return func(t *templates.Templates, lang string) (templates.Mail, error) {
			return t.WithdrawnMail(lang, templates.WithdrawnMail{Sale: *lakeside(), Number: 1412, PlaceURL: placeURL, Until: until})
		}
	}
	return []letter{
		ownLetter(),
		{"receipt", receipt(1412, sale.Guaranteed)},
		{"receipt-standby", receipt(3750, sale.Standby)},
		{"offer", func(t *templates.Templates, lang string) (templates.Mail, error) {
			return t.OfferMail(lang, templates.OfferMail{
				Sale: *lakeside(), Number: 1412, Most: 4, Link: "https://checkout.lakeside.example/c/eyJhbGciOiJFZERTQSJ9.eyJvZmZlciI6IjEifQ.c2ln",
				Ends: noon.Add(time.Hour), Life: time.Hour, PlaceURL: placeURL,
			})
		}},
		{"order", func(t *templates.Templates, lang string) (templates.Mail, error) {
			return t.OrderMail(lang, templates.OrderMail{
				Sale: *lakeside(), Number: 1412, Order: *order(sale.OrderConfirmed), OrderURL: "https://checkout.lakeside.example/order/mzxw6ytboi4dcmrt",
			})
		}},
		{"confirm", func(t *templates.Templates, lang string) (templates.Mail, error) {
			return t.ConfirmMail(lang, templates.ConfirmMail{
				Sale: *lakeside(), Until: noon.Add(24 * time.Hour), Link: "https://tickets.lakeside.example/lakeside-2027/confirm/k1.ref.end.mac",
			})
		}},
		{"cancellation", func(t *templates.Templates, lang string) (templates.Mail, error) {
			return t.CancellationMail(lang, templates.CancellationMail{
				Sale: *lakeside(), Number: 1412, Order: *order(sale.OrderCancelled), OrderURL: "https://checkout.lakeside.example/order/mzxw6ytboi4dcmrt",
			})
		}},
		{"invitation", func(t *templates.Templates, lang string) (templates.Mail, error) {
			return t.InvitationMail(lang, templates.InvitationMail{
				Sale: *lakeside(), Inviter: "ann@lakeside.example", Role: sale.RoleManager, Until: noon.Add(168 * time.Hour), Link: "https://console.lakeside.example/invitation/k1.ref.end.mac",
			})
		}},
		{"decline", decline(true)},
		{"decline-over", decline(false)},
		{"withdrawn", withdrawn(noon.Add(24 * time.Hour))},
		{"withdrawn-for-good", withdrawn(time.Time{})},
		{"confirm", func(t *templates.Templates, lang string) (templates.Mail, error) {
			return t.ConfirmMail(lang, templates.ConfirmMail{
				Sale: *lakeside(), Link: "https://tickets.lakeside.example/lakeside-2027/confirm/token", Until: noon.Add(24 * time.Hour),
			})
		}},
	}
}

// mailScenes are the mails as pages: what a mail program would show.
func mailScenes(tb testing.TB) []scene {
	tb.Helper()
	var all []scene
	for _, l := range letters() {
		all = append(all, scene{"mail-" + l.name, func(t *templates.Templates, w io.Writer, lang string) error {
			m, err := l.render(t, lang)
			if err == nil {
				_, err = io.WriteString(w, m.HTML)
			}
			return err
		}})
	}
	return all
}
