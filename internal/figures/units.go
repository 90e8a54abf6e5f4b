package figures

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// Units are a sale's tickets: what is where now, and how the capacity moved
// between its accounts since the first offer.
type Units struct {
	Known    bool // the box office has told of it at least once
	Stock    sale.Stock
	Accounts []string    // "sold", "offered", others, "available"
	At       []time.Time // moments of the chart
	Balances [][]int     // for each account, at each moment
	Complete bool        // the ledger was read to its end
	Moves    Moves
	Minutes  []Minute // what was sold when, for paces and times
}

// Moves are all moves of the capacity since the beginning, by what they were.
type Moves struct {
	Issued    int // net of what was cut
	Offered   int // available → offered: a ticket that was offered twice counts twice
	Bought    int // offered → sold
	Returned  int // offered → available: declined, expired, or more than was bought
	Cancelled int // sold → available
}

// Minute is what was sold in one minute, net of what was cancelled.
type Minute struct {
	At   time.Time
	Sold int
}

// units adds up the ledger of the capacity, minute by minute.
type units struct {
	position int64
	complete bool
	known    bool
	stock    sale.Stock
	minutes  map[int64]map[string]int // what each account got, by unix minute
	moved    int64                    // the first minute in which anything but issuing happened
	moves    Moves
	silence  error     // why the box office did not answer in time; nil: it did
	silent   time.Time // since when
}

// refresh asks what the box office has and what moved. Its error does not
// take away what was known before.
func (u *units) refresh(ctx context.Context, o Options, s Snapshot, until time.Time) (known Units, took time.Duration, err error) {
	if u.minutes == nil {
		u.minutes = map[int64]map[string]int{}
	}
	if o.BoxOffice != nil {
		took, err = u.ask(ctx, o, s.State.Sale.Slug, until)
		if sale.CodeOf(err) == sale.CodeNotFound {
			err = nil // not put there yet
		}
	}
	return u.units(s), took, err
}

// A box office that does not answer at all is waited for no longer than
// boxPatience, and is then let be for boxRest: pages wait for one another here,
// and none may wait for all before it.
const (
	boxPatience = time.Second
	boxRest     = 10 * time.Second
)

// ask reads what the box office has, unless it kept us waiting a moment ago.
func (u *units) ask(ctx context.Context, o Options, slug string, until time.Time) (took time.Duration, err error) {
	if u.silence != nil && o.Clock().Sub(u.silent).Abs() < boxRest {
		return 0, u.silence
	}
	u.silence = nil
	asking, stop := context.WithTimeout(ctx, boxPatience)
	defer stop()
	took, err = u.read(asking, o, slug, until)
	if err != nil && asking.Err() != nil && ctx.Err() == nil {
		u.silence, u.silent = err, o.Clock()
	}
	return took, err
}

// read asks for the stock, which says how long an answer takes, and for what
// moved.
func (u *units) read(ctx context.Context, o Options, slug string, until time.Time) (took time.Duration, err error) {
	asked := o.Clock()
	stock, err := o.BoxOffice.Stock(ctx, slug)
	took = o.Clock().Sub(asked)
	if err != nil {
		return took, err
	}
	u.stock, u.known = stock, true
	for {
		flows, err := o.BoxOffice.Flows(ctx, slug, u.position)
		if err != nil {
			return took, err
		}
		u.position, u.complete = flows.Position, !flows.More
		for _, f := range flows.Flows {
			u.add(f)
		}
		if u.complete || !o.Clock().Before(until) {
			return took, nil
		}
	}
}

const (
	issued    = "issued"
	available = "available"
	offered   = "offered"
	sold      = "sold"
)

func (u *units) add(f sale.Flow) {
	if f.Pool != sale.CapacityPool {
		return
	}
	minute := f.Minute.Unix() / 60
	if u.minutes[minute] == nil {
		u.minutes[minute] = map[string]int{}
	}
	u.minutes[minute][f.Source] -= f.Units
	u.minutes[minute][f.Target] += f.Units
	if f.Source != issued && f.Target != issued && (u.moved == 0 || minute < u.moved) {
		u.moved = minute
	}
	u.moves.add(f)
}

func (m *Moves) add(f sale.Flow) {
	switch [2]string{f.Source, f.Target} {
	case [2]string{issued, available}:
		m.Issued += f.Units
	case [2]string{available, issued}:
		m.Issued -= f.Units
	case [2]string{available, offered}:
		m.Offered += f.Units
	case [2]string{offered, sold}:
		m.Bought += f.Units
	case [2]string{offered, available}:
		m.Returned += f.Units
	case [2]string{sold, available}:
		m.Cancelled += f.Units
	}
}

// mostMoments is how many the chart has.
const mostMoments = 120

// units draws the balances from the sums of what moved. The last moment is
// now, or when the last thing moved once the sale is over.
func (u *units) units(s Snapshot) Units {
	out := Units{Known: u.known, Stock: u.stock, Complete: u.complete || !u.known, Moves: u.moves}
	if u.moved == 0 {
		return out
	}
	out.Accounts = u.accounts()
	minutes := slices.Sorted(maps.Keys(u.minutes))
	last := minutes[len(minutes)-1] + 1
	if now := s.At.Unix()/60 + 1; now > last && s.At.Before(s.State.Sale.Dispatch.Ends) {
		last = now
	}
	balance := map[string]int{}
	next := 0
	upTo := func(minute int64) {
		for ; next < len(minutes) && minutes[next] < minute; next++ {
			for account, units := range u.minutes[minutes[next]] {
				balance[account] += units
			}
		}
	}
	out.Balances = make([][]int, len(out.Accounts))
	step := max((last-u.moved+mostMoments-1)/mostMoments, 1)
	for minute := u.moved; ; minute = min(minute+step, last) {
		upTo(minute)
		out.At = append(out.At, time.Unix(minute*60, 0).UTC())
		for i, account := range out.Accounts {
			n := balance[account]
			if minute == u.moved && account == available {
				n -= u.minutes[minute][issued] // issued within this minute: it was there before anything moved
			}
			out.Balances[i] = append(out.Balances[i], max(n, 0))
		}
		if minute >= last {
			break
		}
	}
	for _, m := range minutes {
		if n := u.minutes[m][sold]; n != 0 {
			out.Minutes = append(out.Minutes, Minute{time.Unix(m*60, 0).UTC(), n})
		}
	}
	return out
}

// accounts names what the ledger has: sold at the bottom, available on top.
func (u *units) accounts() []string {
	names := map[string]bool{}
	for _, m := range u.minutes {
		for name := range m {
			names[name] = true
		}
	}
	for _, known := range []string{issued, available, offered, sold} {
		delete(names, known)
	}
	return slices.Concat([]string{sold, offered}, slices.Sorted(maps.Keys(names)), []string{available})
}

// SoldBetween is how many were sold from one moment to another, net of what
// was cancelled.
func (u Units) SoldBetween(from, to time.Time) int {
	var n int
	for _, m := range u.Minutes {
		if !m.At.Before(from) && m.At.Before(to) {
			n += m.Sold
		}
	}
	return n
}
