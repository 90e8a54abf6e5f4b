package sim

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// Scenario is one sale and how rough its world is. Rates are chances in a
// thousand, per occasion.
type Scenario struct {
	Name       string
	Tickets    []int // stock of each type
	Capacity   int
	MaxPerFan  int
	Guaranteed int
	Standby    int
	Fans       int // how many try to join; more than the caps see the notice
	Crowd      int // how many join, or act, at once
	Batch      int
	Every      time.Duration
	LinkLife   time.Duration
	Lease      time.Duration // of a dispatcher; 5 s when zero
	Quiet      sale.QuietHours
	Limits     line.MailLimits
	NoReceipts bool
	Steps      int  // events before everything heals
	EveryEvent bool // check after every event, otherwise after every beat

	WireFaults  int // lost calls, lost answers, doubled calls
	StoreFaults int // failing transactions
	MailFaults  int // refusals, silence, slowness, our own faults
	Crashes     int
	Jumps       int  // clocks
	Meddling    int  // pauses, new versions, cancelled orders, withdrawals
	Interludes  int  // things that happen during a call or a hand-over
	Requieting  bool // new versions may change the quiet hours
	Freezing    int  // freezes and releases

	Incident time.Duration // one freeze of exactly this, in the middle
}

// epoch is when the clocks of all simulated sales begin.
var epoch = time.Date(2027, 3, 12, 10, 0, 0, 0, time.UTC)

// Small is a small sale drawn from the seed, with a fault mix of its own.
func Small(seed uint64) Scenario {
	r := rand.New(rand.NewPCG(seed, 1))
	s := Scenario{
		Name:       fmt.Sprintf("small sale %d", seed),
		MaxPerFan:  1 + r.IntN(4),
		Crowd:      1,
		Batch:      1 + r.IntN(4),
		Every:      time.Duration(2+r.IntN(5)) * time.Second,
		LinkLife:   time.Duration(12+r.IntN(30)) * time.Second,
		Steps:      60 + r.IntN(60),
		EveryEvent: true,
	}
	sum := 0
	for range 1 + r.IntN(2) {
		stock := s.MaxPerFan + r.IntN(6)
		s.Tickets = append(s.Tickets, stock)
		sum += stock
	}
	s.Capacity = sum - r.IntN(min(3, sum-s.MaxPerFan+1))
	s.Guaranteed = r.IntN(s.Capacity/s.MaxPerFan + 1)
	s.Standby = 1 + r.IntN(3*s.Capacity/s.MaxPerFan+3)
	s.Fans = s.Guaranteed + s.Standby + r.IntN(4)
	for _, rate := range []*int{&s.WireFaults, &s.StoreFaults, &s.MailFaults, &s.Crashes, &s.Jumps, &s.Meddling, &s.Interludes} {
		if r.IntN(3) > 0 {
			*rate = r.IntN(250)
		}
	}
	return s
}

// Nights is the small sale of the seed, slowed down until it lasts for days,
// with quiet hours between them: some minutes to most of the day, beginning
// within the first few lives of its links.
func Nights(seed uint64) Scenario {
	s := Small(seed)
	r := rand.New(rand.NewPCG(seed, 3))
	slower := int64(60 + r.IntN(500))
	s.Name = fmt.Sprintf("sale with nights %d", seed)
	slow := func(d time.Duration) time.Duration { return time.Duration(int64(d) * slower) }
	s.Every, s.LinkLife, s.Lease = slow(s.Every), slow(s.LinkLife), slow(5*time.Second)
	s.Quiet = quietFrom(r, epoch.Add(time.Duration(r.Int64N(int64(3*s.LinkLife)))))
	s.Requieting = s.Meddling > 0 && r.IntN(2) == 0
	return s
}

// Freezes is the small sale of the seed, or every fourth time one with nights,
// frozen and released at random.
func Freezes(seed uint64) Scenario {
	s := Small(seed)
	if seed%4 == 0 {
		s = Nights(seed)
	}
	r := rand.New(rand.NewPCG(seed, 4))
	s.Name = fmt.Sprintf("sale with incidents %d", seed)
	s.Freezing = 20 + r.IntN(150)
	return s
}

// Outage is a tenth of the article's sale with a freeze of 20 minutes in the
// middle of it.
func Outage() Scenario {
	s := Article()
	s.Name = "a sale with an outage"
	s.Tickets, s.Capacity, s.Guaranteed, s.Standby, s.Fans = []int{1_000}, 1_000, 250, 750, 1_200
	s.Crowd, s.Batch, s.Steps = 10, 50, 150
	s.Jumps, s.Incident = 0, 20*time.Minute
	return s
}

// quietFrom draws quiet hours that begin about now.
func quietFrom(r *rand.Rand, now time.Time) sale.QuietHours {
	h, m, sec := now.In(zone()).Clock()
	from := h*3600 + m*60 + sec
	length := 60 * (1 + r.IntN(20*60))
	if r.IntN(3) == 0 {
		length = 60 * (1 + r.IntN(60))
	}
	return sale.QuietHours{From: from, To: (from + length) % (24 * 3600)}
}

func zone() *time.Location {
	s := Scenario{}.sale()
	return s.Location()
}

// Article is the sale of the article that inturn comes from: 10,000 tickets,
// at most 4 each, 2,500 guaranteed, 7,500 standby, and 12,000 who try.
func Article() Scenario {
	return Scenario{
		Name: "the article's sale", Tickets: []int{10_000}, Capacity: 10_000, MaxPerFan: 4,
		Guaranteed: 2_500, Standby: 7_500, Fans: 12_000, Crowd: 100, Batch: 500,
		Every: 5 * time.Minute, LinkLife: time.Hour, Steps: 700,
		WireFaults: 20, StoreFaults: 2, MailFaults: 40, Crashes: 20, Jumps: 5, Meddling: 50, Interludes: 5,
	}
}

// sale writes the scenario as a sale.
func (s Scenario) sale() sale.Sale {
	out := sale.Sale{
		Slug: "sim", Title: sale.Text{"en": s.Name}, Timezone: "Europe/Zurich", Languages: []string{"en"}, Currency: "CHF",
		Organizer:    sale.Organizer{Name: "Simulator"},
		Registration: sale.Registration{Opens: epoch, Closes: epoch.Add(1000 * time.Hour)},
		Tickets:      sale.Tickets{MaxPerFan: s.MaxPerFan, Capacity: s.Capacity},
		Caps:         sale.Caps{Guaranteed: s.Guaranteed, Standby: s.Standby},
		Dispatch: sale.Dispatch{
			Starts: epoch, Ends: epoch.Add(2000 * time.Hour),
			Every: "@every " + s.Every.String(), Batch: s.Batch, LinkLife: s.LinkLife, Quiet: s.Quiet,
		},
		Payment: sale.PaymentNone,
		Mail:    sale.MailSettings{From: "Simulator <tickets@sim.example>", Receipt: !s.NoReceipts},
	}
	for i, stock := range s.Tickets {
		id := fmt.Sprintf("type-%d", i+1)
		out.Tickets.Types = append(out.Tickets.Types, sale.TicketType{
			ID: id, Title: sale.Text{"en": id}, Stock: stock, Price: int64(1000 * (i + 1)), Pools: []string{id},
		})
	}
	return out
}
