package gallery

import (
	"io"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// scene is one page as somebody meets it.
type scene struct {
	name   string
	render func(t *templates.Templates, w io.Writer, lang string) error
}

// noon is the moment at which all scenes play: the sale's first mails leave.
var noon = time.Date(2027, 3, 12, 11, 0, 0, 0, time.UTC)

func text(en, nl, de, fr string) sale.Text {
	return sale.Text{"en": en, "nl": nl, "de": de, "fr": fr}
}

func lakeside() *sale.Sale {
	return &sale.Sale{
		Slug: "lakeside-2027", Version: 3, Timezone: "Europe/Zurich", Languages: []string{"en", "nl", "de", "fr"}, Currency: "CHF",
		Title: text("Lakeside Festival 2027", "Lakeside Festival 2027", "Seefestival 2027", "Festival du Lac 2027"),
		Organizer: sale.Organizer{
			Name: "Lakeside Ltd", Imprint: "https://lakeside.example/imprint",
			Privacy: "https://lakeside.example/privacy", Terms: "https://lakeside.example/terms",
		},
		Registration: sale.Registration{Opens: noon.Add(-50 * time.Hour), Closes: noon.Add(-2 * time.Hour)},
		Tickets: sale.Tickets{MaxPerFan: 4, Capacity: 10000, Types: []sale.TicketType{
			{ID: "fri", Title: text("Friday", "Vrijdag", "Freitag", "Vendredi"), Stock: 4000, Price: 8500},
			{ID: "sat", Title: text("Saturday", "Zaterdag", "Samstag", "Samedi"), Stock: 5000, Price: 9500},
			{ID: "kid", Title: text("Child, both days", "Kind, beide dagen", "Kind, beide Tage", "Enfant, deux jours"), Stock: 1000},
		}},
		Caps:     sale.Caps{Guaranteed: 2500, Standby: 7500},
		Dispatch: sale.Dispatch{Starts: noon, Ends: noon.Add(8 * 24 * time.Hour), Every: "@every 1m", Batch: 100, LinkLife: time.Hour},
		Payment:  sale.PaymentOnSite,
		Event: sale.Event{
			Starts: time.Date(2027, 7, 16, 15, 0, 0, 0, time.UTC), Ends: time.Date(2027, 7, 17, 22, 0, 0, 0, time.UTC), Venue: "Seewiese 1, Lakeside",
		},
		Mail: sale.MailSettings{
			From: "Lakeside <tickets@lakeside.example>", Receipt: true,
			Alternatives: text("There are still tickets for the open rehearsal on Thursday, at the door.",
				"Voor de open repetitie op donderdag zijn er nog kaarten aan de deur.",
				"Für die öffentliche Probe am Donnerstag gibt es noch Karten an der Abendkasse.",
				"Il reste des billets pour la répétition publique de jeudi, à l’entrée."),
		},
	}
}

func order(state sale.OrderState) *sale.Order {
	s := lakeside()
	return &sale.Order{
		Code: "K7QM-3XPA", Ref: "mzxw6ytboi4dcmrthe2dkobvga", Sale: s.Slug, State: state,
		Payment: sale.PaymentOnSite, Currency: "CHF", Total: 18000, At: noon.Add(12 * time.Minute),
		Tickets: []sale.Ticket{
			{Code: "T-1A2B3C", Type: "fri", Title: s.Tickets.Types[0].Title, Price: 8500},
			{Code: "T-4D5E6F", Type: "sat", Title: s.Tickets.Types[1].Title, Price: 9500},
			{Code: "T-7G8H9J", Type: "kid", Title: s.Tickets.Types[2].Title},
		},
	}
}

// scenes are all pages. Every template of a page is in here at least once.
func scenes() []scene {
	var all []scene
	for _, some := range [][]scene{landingScenes(), lineScenes(), placeScenes(), progressScenes(), robotScenes(), checkoutScenes(), otherScenes(), ownScenes()} {
		all = append(all, some...)
	}
	return all
}
