package gallery

import (
	"errors"
	"io"
	"maps"
	"time"

	"github.com/inturn/inturn/internal/figures"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/watch"
	"github.com/inturn/inturn/templates"
)

// watchScenes are the live page in every state of a sale.
func watchScenes() []scene {
	var all []scene
	for name, s := range map[string]figures.Snapshot{
		"live-empty": emptySale(), "live-running": runningSale(), "live-soldout": soldOutSale(), "live-frozen": frozenSale(), "live-broken": brokenSale(),
	} {
		all = append(all, scene{name, func(t *templates.Templates, w io.Writer, _ string) error {
			fragments, err := watch.Live(t, s, nil)
			if err != nil {
				return err
			}
			p := templates.LivePage{ConsoleFrame: saleFrame("Lakeside Festival 2027", "live"), Fragments: fragments}
			if s.State.Frozen {
				p.Sale.Phase = "frozen"
			}
			return t.Live(w, p)
		}})
	}
	all = append(all, scene{"report", func(t *templates.Templates, w io.Writer, _ string) error {
		p := watch.Report(wholeSale())
		p.ConsoleFrame = saleFrame("Report", "report")
		return t.Report(w, p)
	}}, scene{"report-counting", func(t *templates.Templates, w io.Writer, _ string) error {
		return t.Report(w, templates.ReportPage{ConsoleFrame: saleFrame("Report", "report"), Counting: "The report is being made: 41,000 of 250,000 places are read."})
	}})
	return all
}

// wholeSale is the report of a sale that has ended.
func wholeSale() figures.Report {
	s := soldOutSale()
	s.State.Sale.Dispatch.Ends = noon.Add(-time.Minute)
	s.State.Sale.Tickets.Types = []sale.TicketType{{ID: "fri", Title: sale.Text{"en": "Friday"}}, {ID: "sat", Title: sale.Text{"en": "Saturday"}}}
	s.Units.Stock.Pools = append(s.Units.Stock.Pools, sale.PoolStock{Pool: "fri", Issued: 4000, Sold: 4000}, sale.PoolStock{Pool: "sat", Issued: 6000, Sold: 6000})
	s.Units.Moves = figures.Moves{Issued: 10_000, Offered: 19_200, Bought: 10_040, Returned: 9160, Cancelled: 40}
	r := figures.Report{
		Snapshot: s, Buyers: 3102, Cancelled: 12, NoOffer: 3083, LastBuyer: 5119, SureAt: noon.Add(-25 * time.Hour),
		ToOffer:    figures.Spread{Cases: 5121, Tenth: 23 * time.Hour, Half: 25 * time.Hour, Most: 26 * time.Hour, Last: 26*time.Hour + 12*time.Minute},
		ToPurchase: figures.Spread{Cases: 3102, Tenth: 48 * time.Second, Half: 4*time.Minute + 10*time.Second, Most: 31 * time.Minute, Last: 59*time.Minute + 58*time.Second},
		Incidents: []line.Incident{{
			Freeze: sale.Freeze{N: 1, Began: noon.Add(-80 * time.Minute), Ended: noon.Add(-60 * time.Minute)},
			Actor:  "ann@lakeside.example", Why: "the network at the box office is down", EndedBy: "ann@lakeside.example", EndedWhy: "it is back", Moved: 400,
		}},
		Steps: []line.AuditEntry{{At: noon.Add(-50 * time.Minute), Actor: "bo@lakeside.example", Action: "pause", Why: "lunch"}, {At: noon.Add(-40 * time.Minute), Actor: "bo@lakeside.example", Action: "resume"}},
	}
	r.Demand = figures.SignUps{Start: s.State.Sale.Registration.Opens, Step: 30 * time.Minute}
	for i := range 49 {
		r.Demand.Values = append(r.Demand.Values, 2400/(i+1)+(i*7)%13)
	}
	for first := 1; first <= 8204; first += 500 {
		g := figures.Range{First: first, Last: min(first+499, 8204)}
		switch n := g.Last - first + 1; {
		case first < 5000:
			g.Bought, g.NotBought = n*6/10, n-n*6/10
		case first < 5400:
			g.Bought, g.NotBought, g.NoOffer = 80, 41, n-121
		default:
			g.NoOffer = n
		}
		r.Ranges = append(r.Ranges, g)
	}
	return r
}

// emptySale has just been written: its form opens in two days.
func emptySale() figures.Snapshot {
	s := sale.Sale{
		Slug: "lakeside-2027", Title: sale.Text{"en": "Lakeside Festival 2027"}, Timezone: "Europe/Zurich",
		Registration: sale.Registration{Opens: noon.Add(48 * time.Hour), Closes: noon.Add(96 * time.Hour)},
		Tickets:      sale.Tickets{MaxPerFan: 4, Capacity: 10_000}, Caps: sale.Caps{Guaranteed: 2500, Standby: 7500},
		Dispatch: sale.Dispatch{Starts: noon.Add(98 * time.Hour), Ends: noon.Add(300 * time.Hour), Batch: 100, LinkLife: time.Hour},
	}
	return figures.Snapshot{
		At: noon, State: line.State{Sale: s, Latest: 1, Stored: 1},
		QueuesAt: noon, Signs: line.Signs{Holder: true, LeaseUntil: noon.Add(time.Second)},
		Units:  figures.Units{Known: true, Complete: true, Stock: stockOf(10_000, 0, 0)},
		Offers: figures.Offers{Complete: true}, Mails: figures.Mails{Complete: true},
		Expected: figures.Expectation{What: figures.EndsWaiting, From: s.Dispatch.Starts, To: s.Dispatch.Ends}, BoxTook: 2 * time.Millisecond,
	}
}

func stockOf(available, offered, sold int) sale.Stock {
	return sale.Stock{Pools: []sale.PoolStock{{Pool: sale.CapacityPool, Issued: available + offered + sold, Available: available, Offered: offered, Sold: sold}}}
}

// runningSale has gone on for two hours; its form is still open.
func runningSale() figures.Snapshot {
	s := emptySale()
	d, r := &s.State.Sale.Dispatch, &s.State.Sale.Registration
	r.Opens, r.Closes = noon.Add(-26*time.Hour), noon.Add(22*time.Hour)
	d.Starts, d.Ends = noon.Add(-2*time.Hour), noon.Add(190*time.Hour)
	s.State.Last, s.State.GuaranteedGiven, s.State.Reached, s.State.Batch = 8204, 2500, 2312, 24
	s.State.NextBatch, s.State.Period = noon.Add(3*time.Minute), 5*time.Minute
	s.Signs.LastSignUp = noon.Add(-4 * time.Second)
	s.SignUps = figures.SignUps{Start: noon.Add(-time.Hour), Step: time.Minute, Open: true}
	for i := range 61 {
		s.SignUps.Values = append(s.SignUps.Values, 31+(i*37)%23-i/6+60*(i%30)/(1+(i%30)*(i%30)))
	}
	s.Offers.States = map[sale.OfferState]int{
		sale.OfferOpen: 1094, sale.OfferBought: 812, sale.OfferDeclined: 61, sale.OfferExpired: 297, sale.OfferBounced: 9,
		sale.OfferUndelivered: 2, sale.OfferWithdrawn: 3, sale.OfferClosing: 12, sale.OfferPlanned: 22,
	}
	s.Offers.Mailed, s.Offers.Batch = maps.Clone(s.Offers.States), 24
	delete(s.Offers.Mailed, sale.OfferPlanned)
	s.Units = unitsOver(24, 2610, 4424)
	s.Waiting = 5801
	s.Queues = line.Queues{Withdrawn: 48, Mails: map[sale.MailKind]int{sale.MailReceipt: 12, sale.MailOffer: 40}, Bounced: map[sale.MailKind]int{sale.MailOffer: 3}}
	s.Mails = mailsOf()
	s.Expected = figures.Expectation{What: figures.EndsSoldOut, From: noon.Add(4 * time.Hour), To: noon.Add(6 * time.Hour), Pace: [2]int{1240, 1710}}
	return s
}

// unitsOver are steps of five minutes in which more and more were sold.
func unitsOver(steps, sold, offered int) figures.Units {
	u := figures.Units{Known: true, Complete: true, Stock: stockOf(10_000-offered-sold, offered, sold), Accounts: []string{"sold", "offered", "available"}}
	u.Balances = make([][]int, 3)
	for i := range steps + 1 {
		u.At = append(u.At, noon.Add(time.Duration(i-steps)*5*time.Minute))
		s, o := sold*i*i/(steps*steps), min(offered, 400*(i+1))
		u.Balances[0] = append(u.Balances[0], s)
		u.Balances[1] = append(u.Balances[1], o)
		u.Balances[2] = append(u.Balances[2], 10_000-s-o)
	}
	return u
}

func mailsOf() figures.Mails {
	m := figures.Mails{Complete: true, Kinds: map[sale.MailKind]figures.Results{
		sale.MailOffer:   {line.ResultAccepted: 2261, line.ResultTemporary: 34, line.ResultRefused: 9, line.ResultUnknown: 2},
		sale.MailOrder:   {line.ResultAccepted: 810, line.ResultTemporary: 4},
		sale.MailReceipt: {line.ResultAccepted: 8101, line.ResultTemporary: 120, line.ResultRefused: 71, line.ResultFault: 3},
	}}
	for i, d := range []string{"mail.example", "post.example", "festival-friends.example", "university.example", "bakery.example"} {
		m.Domains = append(m.Domains, figures.DomainMails{Domain: d, Results: figures.Results{line.ResultAccepted: 5200 / (i + 1), line.ResultTemporary: 60 / (i + 1), line.ResultRefused: 12 * i}})
	}
	m.Domains = append(m.Domains, figures.DomainMails{Results: figures.Results{line.ResultAccepted: 941, line.ResultRefused: 30}})
	m.Last = line.HandOver{ID: 1, Done: true, Result: line.ResultAccepted, At: noon.Add(-3 * time.Second)}
	return m
}

func soldOutSale() figures.Snapshot {
	s := runningSale()
	s.State.SoldOut, s.State.Reached = true, 5121
	s.State.Sale.Registration.Closes = noon.Add(-90 * time.Minute)
	s.SignUps.Open = false
	s.Units = unitsOver(24, 10_000, 0)
	s.Offers.States = map[sale.OfferState]int{sale.OfferBought: 3102, sale.OfferDeclined: 401, sale.OfferExpired: 1502, sale.OfferBounced: 40}
	s.Offers.Mailed = s.Offers.States
	s.Expected = figures.Expectation{What: figures.EndsSoldOut, From: noon, To: noon}
	return s
}

func frozenSale() figures.Snapshot {
	s := runningSale()
	s.State.Frozen, s.State.FrozenSince, s.State.FrozenWhy = true, noon.Add(-7*time.Minute), "the box office's network is down"
	s.Expected = figures.Expectation{What: figures.EndsStanding, From: s.State.Sale.Dispatch.Ends, To: s.State.Sale.Dispatch.Ends}
	return s
}

func brokenSale() figures.Snapshot {
	s := runningSale()
	s.BoxErr = errors.New("no answer")
	s.State.Latest, s.State.PendingWhy = 2, "The capacity cannot be cut below 7,034."
	s.Signs.Holder = false
	s.Signs.LeaseUntil = noon.Add(-5 * time.Minute)
	s.Mails.Last.Result = line.ResultFault
	s.Offers.Complete = false
	return s
}
