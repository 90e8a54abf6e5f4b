package console

import (
	"strings"
	"time"

	"github.com/inturn/inturn/internal/plan"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// showPreview is what fans will see, and everything in a few lines.
func (s *Server) showPreview(d *setup, p *templates.SetupPage) {
	p.Wrong = d.mistakes("")
	view := &templates.SetupPreview{Ready: len(p.Wrong) == 0}
	p.Preview = view
	if !view.Ready {
		return
	}
	for _, lang := range d.sale.Languages {
		view.Languages = append(view.Languages, templates.SetupLanguage{Lang: lang, Name: languageName(lang)})
	}
	view.Lang = d.sale.Languages[0]
	if s.o.Place.RegistrationURL != "" {
		view.URL = s.o.Place.RegistrationURL + "/" + d.sale.Slug
	}
	view.Rows = summary(d.sale)
	if isFile(d.typed) {
		for i := range view.Rows {
			view.Rows[i].Step = "" // there is none to change it on
		}
	}
}

func summary(of sale.Sale) []templates.SetupRow {
	loc := of.Location()
	at := func(t time.Time) string { return t.In(loc).Format(inWords) }
	var types []string
	for _, t := range of.Tickets.Types {
		types = append(types, sale.FormatCount(t.Stock)+" × "+t.Title.In("en")+", "+money(t.Price, of.Currency))
	}
	often, _ := sale.Often(of.Dispatch.Every)
	rows := []templates.SetupRow{
		{Step: "event", Label: "Sold by", Value: of.Organizer.Name},
		{Step: "dates", Label: "The form", Value: at(of.Registration.Opens) + " to " + at(of.Registration.Closes)},
		{Step: "dates", Label: "Offers", Value: at(of.Dispatch.Starts) + " to " + at(of.Dispatch.Ends)},
		{Step: "tickets", Label: "Tickets", Value: strings.Join(types, "; ")},
		{Step: "tickets", Label: "For one fan", Value: "at most " + sale.FormatCount(of.Tickets.MaxPerFan) + " of " + sale.FormatCount(of.Tickets.Capacity)},
		{Step: "places", Label: "Places", Value: sale.FormatCount(of.Caps.Guaranteed) + " guaranteed, " + sale.FormatCount(of.Caps.Standby) + " on standby"},
		{Step: "mails", Label: "Mails", Value: "from " + of.Mail.From},
		{Step: "mails", Label: "Offers", Value: sale.FormatCount(of.Dispatch.Batch) + " at a time, " + often + ", each good for " + plan.Length(of.Dispatch.LinkLife)},
	}
	if !of.Dispatch.Quiet.None() {
		rows = append(rows, templates.SetupRow{Step: "mails", Label: "Quiet hours", Value: strings.Replace(of.Dispatch.Quiet.String(), "-", " to ", 1)})
	}
	return rows
}

func money(minor int64, currency string) string {
	if minor == 0 {
		return "free"
	}
	digits, _ := sale.CurrencyDigits(currency)
	return currency + " " + sale.FormatMoney(minor, digits)
}
