package gallery

import (
	"io"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// wordy is lakeside with the organizer's own words wherever there is a place
// for them.
func wordy() *sale.Sale {
	s := lakeside()

	s.Texts = sale.Texts{
		"landing": text(
			"Three days, two stages and one lake.\n\nWho plays when: https://lakeside.example/programme",
			"Drie dagen, twee podia en één meer.\n\nWie wanneer speelt: https://lakeside.example/programma",
			"Drei Tage, zwei Bühnen und ein See.\n\nWer wann spielt: https://lakeside.example/programm",
			"Trois jours, deux scènes et un lac.\n\nQui joue quand : https://lakeside.example/programme"),
		"landing_full": text(
			"Every place for {title} is taken.\nBoth stages can be seen at https://lakeside.example/live",
			"Alle plaatsen voor {title} zijn bezet.\nBeide podia zijn te zien op https://lakeside.example/live",
			"Alle Plätze für {title} sind vergeben.\nBeide Bühnen sind zu sehen auf https://lakeside.example/live",
			"Toutes les places pour {title} sont prises.\nLes deux scènes se regardent sur https://lakeside.example/live"),
		"place_standby": text(
			"Number {number} is on standby. In most years half of those on standby got tickets, but nobody can promise that.",
			"Nummer {number} staat op standby. In de meeste jaren kreeg de helft daarvan tickets, maar dat kan niemand beloven.",
			"Nummer {number} ist auf der Warteliste. In den meisten Jahren bekam dort die Hälfte Tickets, versprechen kann es niemand.",
			"Le numéro {number} est en liste d’attente. La plupart des années, la moitié y a eu des billets, mais personne ne peut le promettre."),
		"offer": text("Here they are: up to {most} tickets.", "Hier zijn ze: tot {most} tickets.", "Da sind sie: bis zu {most} Tickets.", "Les voici : jusqu’à {most} billets."),
		"order": text("We look forward to seeing you. Bring a towel.", "We zien je graag. Neem een handdoek mee.", "Wir freuen uns auf Sie. Bringen Sie ein Badetuch mit.", "Nous nous réjouissons de vous voir. Prenez une serviette."),
	}
	return s
}

// ownScenes are pages with the organizer's own words on them.
func ownScenes() []scene {
	frame := func(lang string) templates.Frame { return templates.Frame{Lang: lang, Sale: wordy()} }
	landing := func(n templates.Notice) func(*templates.Templates, io.Writer, string) error {
		return func(t *templates.Templates, w io.Writer, lang string) error {
			return t.LandingPage(w, templates.LandingPage{Frame: frame(lang), Notice: n, Action: "/lakeside-2027"})
		}
	}
	return []scene{
		{"landing-words", landing(templates.NoticeGuaranteed)},
		{"landing-words-full", landing(templates.NoticeFull)},
		{"place-words", func(t *templates.Templates, w io.Writer, lang string) error {
			return t.PlacePage(w, templates.PlacePage{
				Frame: frame(lang), State: templates.PlaceWaiting, Number: 3750, Class: sale.Standby, Address: "fan@example.org",
				Reached: 1200, Now: noon, MailLang: lang, LandingURL: "/lakeside-2027",
			})
		}},
		{"order-words", func(t *templates.Templates, w io.Writer, lang string) error {
			return t.OrderPage(w, templates.OrderPage{Frame: frame(lang), Order: *order(sale.OrderConfirmed)})
		}},
	}
}

// ownLetter is the offer with the organizer's own words, as he can send it to
// himself.
func ownLetter() letter {
	return letter{"offer-words", func(t *templates.Templates, lang string) (templates.Mail, error) {
		return t.SampleMail("offer", templates.Preview{
			Sale: *wordy(), Lang: lang, Now: noon, PlaceURL: placeURL, Link: "https://checkout.lakeside.example/c/sample",
		})
	}}
}
