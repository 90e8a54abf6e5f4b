package app

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/console"
	"github.com/inturn/inturn/dispatcher"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// lakeside is a sale of eight tickets whose form opens now.
func lakeside(now time.Time) sale.Sale {
	return sale.Sale{
		Slug: "lakeside", Title: sale.Text{"en": "Lakeside"}, Timezone: "Europe/Zurich", Languages: []string{"en"}, Currency: "CHF",
		Organizer:    sale.Organizer{Name: "Lakeside Ltd"},
		Registration: sale.Registration{Opens: now, Closes: now.Add(time.Hour)},
		Tickets: sale.Tickets{MaxPerFan: 4, Capacity: 8, Types: []sale.TicketType{
			{ID: "ticket", Title: sale.Text{"en": "Ticket"}, Stock: 8, Price: 8500, Pools: []string{"ticket"}},
		}},
		Caps:     sale.Caps{Guaranteed: 1, Standby: 6},
		Dispatch: sale.Dispatch{Starts: now, Ends: now.Add(24 * time.Hour), Every: "@every 1m", Batch: 2, LinkLife: time.Hour},
		Payment:  sale.PaymentNone,
		Mail:     sale.MailSettings{From: "Lakeside <tickets@lakeside.example>"},
	}
}

// A running dispatcher may be the first to bring a version to the box office.
// What it was told then is told to whoever applied the version: "written" is
// no answer for what is not in force.
func TestApplyHearsOfARefusalThatTheDispatcherGot(t *testing.T) {
	now := time.Date(2027, 3, 12, 12, 0, 0, 0, time.UTC)
	p, err := NewParts(PartsOptions{Settings: load(t), Clock: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	s := lakeside(now)
	if a, err := p.Apply(t.Context(), s, line.Edit{Actor: "test", Source: line.FromFile}); err != nil || a.Pending {
		t.Fatalf("%+v, %v", a, err)
	}
	box, err := p.BoxOffice(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := box.Reserve(t.Context(), s.Slug, []sale.Ask{{Offer: "a", Most: 4}, {Offer: "b", Most: 4}}); err != nil {
		t.Fatal(err)
	}

	// Apply, with a beat of the dispatcher between its two steps.
	ln, err := p.Line(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.Tickets.Capacity = 4
	written, err := ln.Apply(t.Context(), s, "test")
	if err != nil || written.Version != 2 {
		t.Fatalf("%+v, %v", written, err)
	}
	keys, err := p.Keys()
	if err != nil {
		t.Fatal(err)
	}
	if err := dispatcher.PutSale(t.Context(), ln, box, s.Slug, keys.Public()); sale.CodeOf(err) != sale.CodeCutBelow {
		t.Fatalf("the dispatcher heard %v", err)
	}
	why, err := p.put(t.Context(), ln, box, s.Slug, written.Version)
	if sale.CodeOf(err) != sale.CodeCutBelow || !strings.Contains(err.Error(), "8 tickets that are sold") {
		t.Errorf("answered %q, %v; want the refusal", why, err)
	}
}

// silent is a box office that is asked and does not answer.
type silent struct {
	console.BoxOffice
	asked int
}

func (s *silent) Put(context.Context, sale.Sale, []sale.PublicKey) error {
	s.asked++
	return sale.E(sale.CodeUnavailable, "the box office does not answer")
}

// What the console saves goes the console's own way to the box office, which
// waits no longer than an organizer does, and not the wire's.
func TestConsolePutsItsOwnWay(t *testing.T) {
	now := time.Date(2027, 3, 12, 12, 0, 0, 0, time.UTC)
	p, err := NewParts(PartsOptions{Settings: load(t), Clock: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	box := &silent{}
	write := (&App{parts: p}).salesDesk().Write
	why, err := write(t.Context(), box, lakeside(now), line.Edit{Actor: "test", Source: line.FromConsole})
	if err != nil || why != "the box office does not answer" || box.asked != 1 {
		t.Errorf("answered %q, %v; asked %d times", why, err, box.asked)
	}
	if p.HasBoxOffice() {
		t.Error("the box office of the settings was opened")
	}
}
