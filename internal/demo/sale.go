package demo

import (
	"fmt"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// Slug is the demo's sale.
const Slug = "demo"

const mostPerFan = 4

// Pace is how time is shortened: by nothing but a sale file's own fields and
// by how soon the crowd acts.
type Pace struct {
	Rush     time.Duration // in which the crowd arrives; offers begin after it
	Life     time.Duration // of a link, in whole seconds
	Every    time.Duration // between batches, in whole seconds
	Batch    int           // offers at a time
	Patience time.Duration // the sale ends so long after offers begin
}

// look is how often a fan who waits for something reads the place page again.
func (p Pace) look() time.Duration { return max(p.Life/5, 200*time.Millisecond) }

// paceFor makes a whole sale last about a minute, whatever its size.
func paceFor(tickets, fans int) Pace {
	guaranteed := tickets / min(mostPerFan, tickets)
	return Pace{
		Rush:     4*time.Second + time.Duration(fans)*10*time.Millisecond,
		Life:     8 * time.Second,
		Every:    time.Second,
		Batch:    max(1, guaranteed/5),
		Patience: 15 * time.Minute,
	}
}

// newSale is the sale that the demo applies: two ticket types, the caps that
// inturn suggests, and a pace.
func newSale(tickets int, p Pace, opens time.Time) sale.Sale {
	opens = opens.Truncate(time.Second)
	starts := sale.UpToSecond(opens.Add(p.Rush)).Add(time.Second)
	ends := starts.Add(p.Patience)
	most := min(mostPerFan, tickets)
	seats := tickets * 2 / 5
	return sale.Sale{
		Slug:         Slug,
		Title:        sale.Text{"en": "Lakeside Festival (a demo)"},
		Timezone:     "Europe/Zurich",
		Languages:    []string{"en"},
		Currency:     "CHF",
		Organizer:    sale.Organizer{Name: "Lakeside Ltd"},
		Registration: sale.Registration{Opens: opens, Closes: ends},
		Tickets: sale.Tickets{
			MaxPerFan: most, Capacity: tickets,
			Types: []sale.TicketType{
				{ID: "seat", Title: sale.Text{"en": "Seat"}, Stock: seats, Price: 9500},
				{ID: "lawn", Title: sale.Text{"en": "Lawn"}, Stock: tickets - seats, Price: 6500},
			},
		},
		Caps:     sale.SuggestCaps(tickets, most),
		Dispatch: sale.Dispatch{Starts: starts, Ends: ends, Every: fmt.Sprintf("@every %s", p.Every), Batch: p.Batch, LinkLife: p.Life},
		Payment:  sale.PaymentOnSite,
		Mail: sale.MailSettings{
			From: "Lakeside <tickets@lakeside.example>", Receipt: true,
			Alternatives: sale.Text{"en": "There is a second evening on the lake next week, and returned tickets go to the line."},
		},
	}
}
