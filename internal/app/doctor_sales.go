package app

import (
	"fmt"
	"time"

	"github.com/inturn/inturn/dispatcher"
	"github.com/inturn/inturn/internal/doctor"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// longReceipts is how long a fan waits for a receipt before he doubts that he
// is in line.
const longReceipts = time.Hour

// plans holds each sale's plan against what the mail account lets through.
func (e *examination) plans() {
	for _, st := range e.sales {
		e.plan(st)
		if e.p.o.Settings.SMTPURL != "" {
			e.mails(st.Sale)
		}
	}
}

func (e *examination) plan(st line.State) {
	const check = "plan"
	s := st.Sale
	at := func(t time.Time) string { return t.In(s.Location()).Format("2006-01-02 15:04 MST") }
	if st.Pending() {
		why := st.PendingWhy
		if why == "" {
			why = "it waits for the box office"
		}
		e.add(finding(doctor.AreaSales, check, s.Slug, doctor.Warn, fmt.Sprintf("version %d is not at the box office yet: %s", st.Latest, why),
			"What it widens does not hold before, and without a first version there are no offers.", "Start the dispatcher, or see what inturn sale show "+s.Slug+" says."))
	}
	fit, err := dispatcher.FitGuaranteed(s)
	if err != nil {
		e.add(finding(doctor.AreaSales, check, s.Slug, doctor.Fail, err.Error(), "No offers would be made.", "Correct dispatch.every in the sale file and apply it."))
		return
	}
	if w := fit.Warning(); w != "" {
		e.add(finding(doctor.AreaSales, check, s.Slug, doctor.Warn, w, "They were told that they would get an offer.", "Larger batches, shorter pauses between them, or a later end."))
		return
	}
	e.add(finding(doctor.AreaSales, check, s.Slug, doctor.OK, fmt.Sprintf("form %s to %s, offers %s to %s; %s guaranteed fans fit",
		at(s.Registration.Opens), at(s.Registration.Closes), at(s.Dispatch.Starts), at(s.Dispatch.Ends), sale.FormatCount(fit.Fans))))
}

// mails counts how long the sale's mails take to leave.
func (e *examination) mails(s sale.Sale) {
	const check = "mails"
	perHour := e.mailsAnHour()
	if perHour == 0 {
		return // warned of where the settings are looked at
	}
	fit, err := dispatcher.FitGuaranteed(s)
	if err != nil {
		return // reported as the plan
	}
	took := func(mails int) time.Duration {
		return time.Duration(float64(mails) / float64(perHour) * float64(time.Hour)).Round(time.Minute)
	}
	offers, receipts := took(fit.Fans), time.Duration(0)
	if s.Mail.Receipt {
		receipts = took(s.Caps.Guaranteed + s.Caps.Standby)
	}
	found := fmt.Sprintf("at %s mails an hour the offers to %s guaranteed fans take %s", sale.FormatCount(perHour), sale.FormatCount(fit.Fans), spoken(offers))
	if s.Mail.Receipt {
		found += fmt.Sprintf(" and the receipts of a full line of %s take %s", sale.FormatCount(s.Caps.Guaranteed+s.Caps.Standby), spoken(receipts))
	}
	const raise = "Have the mail account's limit raised and set INTURN_MAIL_PER_HOUR to it, or plan for it: fewer guaranteed, a later end."
	switch scheduled := fit.Takes - s.Dispatch.LinkLife; {
	case offers+s.Dispatch.LinkLife > fit.Runs:
		e.add(finding(doctor.AreaSales, check, s.Slug, doctor.Fail, found+"; dispatch runs for "+spoken(fit.Runs), "The last guaranteed fans would get no offer.", raise))
	case offers > scheduled && offers > time.Minute:
		e.add(finding(doctor.AreaSales, check, s.Slug, doctor.Warn, found+"; by the schedule alone they would take "+spoken(scheduled), "Batches come later than the sale says.", raise))
	case receipts > longReceipts:
		e.add(finding(doctor.AreaSales, check, s.Slug, doctor.Warn, found, "Fans who wait for their receipt write to the helpdesk. Offers overtake receipts.", raise))
	default:
		e.add(finding(doctor.AreaSales, check, s.Slug, doctor.OK, found))
	}
}

// mailsAnHour is the stricter of the limits, 0 where there is none.
func (e *examination) mailsAnHour() int {
	s := e.p.o.Settings
	if s.MailPerSecond > 0 && (s.MailPerHour == 0 || s.MailPerSecond*3600 < s.MailPerHour) {
		return s.MailPerSecond * 3600
	}
	return s.MailPerHour
}

// spoken writes a length of time without seconds.
func spoken(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return "a minute or two"
	case d < 3*time.Hour:
		return fmt.Sprintf("%d minutes", int(d.Minutes()+0.5))
	default:
		return fmt.Sprintf("%d hours", int(d.Hours()+0.5))
	}
}
