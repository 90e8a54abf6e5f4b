package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/doctor"
	"github.com/inturn/inturn/internal/sale"
)

// settings repeats what serve and config check would say.
func (e *examination) settings() {
	const area, check = doctor.AreaSettings, "settings"
	s := e.p.o.Settings
	for _, w := range s.Warnings() {
		name, rest, _ := strings.Cut(w, ": ")
		e.add(finding(area, check, name, doctor.Warn, rest, "", "Change it before opening, unless it is meant."))
	}
	for _, w := range dkimWarnings(s) {
		name, rest, _ := strings.Cut(w, " ")
		e.add(finding(area, check, name, doctor.Warn, rest, "", "inturn keys dkim SELECTOR makes an RSA key."))
	}
	if err := Check(s, e.o.Roles); err != nil {
		for _, f := range fieldsOf(err) {
			if f.Field != "INTURN_DKIM_KEYS" { // looked at by themselves
				e.add(finding(area, check, f.Field, doctor.Fail, f.Message, "serve "+e.o.Roles.String()+" would not start.", "Set it; docs/configuration.md has every setting."))
			}
		}
	}
	if e.o.Roles.Has(Dispatcher) && s.SMTPURL != "" && s.MailPerHour == 0 && s.MailPerSecond == 0 {
		e.add(finding(area, "mail limits", "INTURN_MAIL_PER_HOUR", doctor.Warn, "no limit is set",
			"Past your provider's limit every mail is refused for a while, the offers of that moment among them.", "Set INTURN_MAIL_PER_HOUR to what your mail provider allows."))
	}
	if e.o.Roles.Has(Dispatcher) && s.SMTPURL != "" && s.ReturnPath.IsZero() {
		e.add(finding(area, "bounces", "INTURN_BOUNCE_ADDRESS", doctor.Warn, "is not set: mails that come back later go to mail.from, and nobody reads them here",
			"Offers to addresses that do not exist are held for their whole hour.", "Set INTURN_BOUNCE_ADDRESS and INTURN_BOUNCES_LISTEN; docs/operations.md says how."))
	}
}

func fieldsOf(err error) []sale.FieldError {
	var e *sale.Error
	if errors.As(err, &e) {
		return e.Fields
	}
	return []sale.FieldError{{Field: "settings", Message: err.Error()}}
}

// How much room there should be for databases and logs, and how long a flush
// may take.
const (
	littleRoom = 2 << 30
	noRoom     = 200 << 20
	slowFlush  = 100 * time.Millisecond
)

// data writes a little into the data directory and takes it away again.
func (e *examination) data() {
	dir := e.p.o.Settings.Data
	const check = "data directory"
	area := doctor.AreaSettings
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		e.add(finding(area, check, dir, doctor.Warn, "is not there yet; the first start makes it", "If there should be a sale in it, this is the wrong directory.", "Look at INTURN_DATA (--data)."))
		return
	}
	before := e.p.o.Clock()
	if err := probeDir(dir); err != nil {
		e.add(finding(area, check, dir, doctor.Fail, "cannot be written: "+err.Error(), "Nothing can be stored: no sign-up, no order.", "Make room, or give the directory to the user that the service runs as; run this command as that user too."))
		return
	}
	if took := e.p.o.Clock().Sub(before); took > slowFlush {
		e.add(finding(area, check, dir, doctor.Warn, fmt.Sprintf("a write took %s to reach the disk", took.Round(time.Millisecond)),
			"Every answer waits for the disk; sign-ups would be slow.", "Use a local SSD, and nothing over the network (NFS)."))
	}
	free, known := freeSpace(dir)
	switch {
	case !known:
		e.add(finding(area, check, dir, doctor.OK, "can be written"))
	case free < noRoom:
		e.add(finding(area, check, dir, doctor.Fail, fmt.Sprintf("%d MB are free", free>>20), "On a full disk sign-ups and orders are refused.", "Make room. A sign-up takes about 1 KB, with its mails."))
	case free < littleRoom:
		e.add(finding(area, check, dir, doctor.Warn, fmt.Sprintf("%d MB are free", free>>20), "On a full disk sign-ups and orders are refused.", "Make room. A sign-up takes about 1 KB, with its mails."))
	default:
		e.add(finding(area, check, dir, doctor.OK, fmt.Sprintf("can be written, %d GB are free", free>>30)))
	}
}

// databases opens what is here.
func (e *examination) databases(ctx context.Context) {
	s := e.p.o.Settings
	if e.o.Roles.Has(Registration) || e.o.Roles.Has(Dispatcher) {
		e.database(ctx, "line database", e.p.HasLine(), "INTURN_LINE_DSN", func() error {
			l, err := e.p.Line(ctx)
			if err != nil {
				return err
			}
			all, err := l.Sales(ctx)
			for _, st := range all {
				if e.now.Before(st.Sale.Dispatch.Ends) {
					e.sales = append(e.sales, st)
				}
			}
			return err
		})
	}
	if e.o.Roles.Has(Checkout) && s.PeerURL == "" {
		e.database(ctx, "box-office database", e.p.HasBoxOffice(), "INTURN_BOXOFFICE_DSN", func() error {
			if _, err := e.p.BoxOffice(ctx); err != nil {
				return err
			}
			return e.p.PingBoxOffice(ctx)
		})
	}
}

func (e *examination) database(ctx context.Context, check string, there bool, setting string, open func() error) {
	area := doctor.AreaSettings
	if !there && !exists(e.p.o.Settings.Data) {
		return // said where the directory is looked at
	}
	if !there {
		e.add(finding(area, check, setting, doctor.Warn, "is not there yet; the first start makes it", "If there should be a sale in it, this is the wrong directory.", "Look at INTURN_DATA and "+setting+"."))
		return
	}
	if err := open(); err != nil && ctx.Err() == nil {
		e.add(finding(area, check, setting, doctor.Fail, "cannot be used: "+err.Error(), "Nothing that needs it would work.", "Look at "+setting+"; run this command as the user that the service runs as."))
		return
	}
	e.add(finding(area, check, setting, doctor.OK, "opens and flushes what it stores; inturn verify checks everything in it"))
}
