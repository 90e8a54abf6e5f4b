package app

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/inturn/inturn/console"
	"github.com/inturn/inturn/dispatcher"
	"github.com/inturn/inturn/internal/doctor"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/plan"
	"github.com/inturn/inturn/internal/sale"
)

// salesDesk lets the console check and write sales as the commands do.
func (a *App) salesDesk() console.SalesDesk {
	return console.SalesDesk{
		CheckSchedule: dispatcher.CheckSchedule, CheckSale: dispatcher.CheckSale, Moments: dispatcher.Moments, NextMoments: dispatcher.NextMoments,
		Write: func(ctx context.Context, box console.BoxOffice, s sale.Sale, e line.Edit) (string, error) {
			applied, err := a.parts.ApplyTo(ctx, box, s, e)
			return applied.Why, err
		},
	}
}

// place is what the console may say of where it runs.
func (a *App) place() console.Place {
	s := a.o.Settings
	return console.Place{
		RegistrationURL: a.registrationURL(),
		MailLimits:      plan.Limits{PerSecond: s.MailPerSecond, PerHour: s.MailPerHour},
		Examine:         a.examine, KeysMade: a.keysMade,
	}
}

// lookFor is how long the doctor waits for one answer when an organizer waits
// for him.
const lookFor = 3 * time.Second

// examine is the doctor's visit to what this process serves.
func (a *App) examine(ctx context.Context) ([]doctor.Finding, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // the standard library's own
	transport.DisableKeepAlives = true
	return a.parts.Examine(ctx, DoctorOptions{
		Roles: a.o.Roles, Resolver: &net.Resolver{PreferGo: true}, HTTP: &http.Client{Transport: transport}, Timeout: lookFor,
	})
}

func (a *App) keysMade() (time.Time, error) {
	keys, err := a.parts.Keys()
	if err != nil {
		return time.Time{}, err
	}
	var newest time.Time
	for _, k := range keys.List() {
		if k.Created.After(newest) {
			newest = k.Created
		}
	}
	return newest, nil
}
