package demo

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// Behaviour is what a simulated fan does when their turn comes.
type Behaviour string

// The behaviours.
const (
	BuysAll      Behaviour = "buys_all"      // as many tickets as the offer is good for
	BuysFewer    Behaviour = "buys_fewer"    // leaves the rest to the next in line
	DoubleClicks Behaviour = "double_clicks" // sends every form twice at the same time
	Shares       Behaviour = "shares"        // gives the link to a friend, who orders at the same time
	Declines     Behaviour = "declines"      // gives the tickets back
	Ignores      Behaviour = "does_nothing"  // lets the link run out
	Withdraws    Behaviour = "withdraws"     // leaves the line, from waiting or with the offer in hand
	Bounces      Behaviour = "bounces"       // signed up with an address that takes no mail
)

// shares says how a crowd is made up, in parts of a hundred.
func shares() []struct {
	Behaviour
	percent int
} {
	return []struct {
		Behaviour
		percent int
	}{
		{BuysAll, 31},
		{BuysFewer, 24},
		{DoubleClicks, 8},
		{Shares, 7},
		{Declines, 9},
		{Ignores, 10},
		{Withdraws, 6},
		{Bounces, 5},
	}
}

// Behaviours lists them in the order of every table.
func Behaviours() []Behaviour {
	var all []Behaviour
	for _, s := range shares() {
		all = append(all, s.Behaviour)
	}
	return all
}

// Words are the behaviour for a reader.
func (b Behaviour) Words() string { return strings.ReplaceAll(string(b), "_", " ") }

// Buys says whether the fan means to order when the turn comes.
func (b Behaviour) Buys() bool {
	return b == BuysAll || b == BuysFewer || b == DoubleClicks || b == Shares
}

// plan is everything one fan has decided before the sale opens. What
// happens to the fan is up to the sale; what the fan does follows from here.
type plan struct {
	address   string
	behaviour Behaviour
	arrives   float64 // when, as a part of the rush
	thinks    float64 // how long over the mail, as a part of the link's life
	wants     int     // tickets; an offer for fewer is taken whole
	likes     int     // which ticket type is tried first, counted from 0
	friend    int     // tickets the friend wants who was given the link
	impatient bool    // of those who withdraw: already while waiting
}

// newPlans draws a crowd from a seed: the same seed, the same crowd. The
// plans are in the order of arrival.
func newPlans(seed uint64, fans, most, types int) []plan {
	r := rand.New(rand.NewPCG(seed, 0x696e7475726e))
	plans := make([]plan, fans)
	for i, b := range cast(fans) {
		p := plan{
			behaviour: b,
			arrives:   r.Float64() * r.Float64(), // a rush: most come early
			thinks:    0.04 + 0.5*r.Float64()*r.Float64(),
			wants:     most,
			likes:     min(r.IntN(types+1), types-1), // the last is liked best
			friend:    1 + r.IntN(most),
			impatient: r.IntN(2) == 0,
		}
		if b != BuysAll {
			p.wants = 1 + r.IntN(max(1, most-1))
		}
		plans[i] = p
	}
	slices.SortStableFunc(plans, func(a, b plan) int { return cmp.Compare(a.arrives, b.arrives) })
	for i := range plans {
		plans[i].address = address(r, i)
	}
	return plans
}

// cast gives every fan a behaviour, in the proportions of shares. Each
// behaviour that the crowd is large enough for is there at least once.
func cast(fans int) []Behaviour {
	all := Behaviours()
	for _, s := range shares() {
		for range fans*s.percent/100 - 1 {
			all = append(all, s.Behaviour)
		}
	}
	for len(all) < fans {
		all = append(all, BuysAll)
	}
	return all[:fans]
}

// address makes one up under .example, which no mail can ever reach.
func address(r *rand.Rand, i int) string {
	names := []string{
		"ada", "bruno", "chiara", "dario", "elif", "femke", "goran", "hanna", "ines", "jonas", "katja", "luca",
		"maren", "noor", "otto", "paula", "quirin", "rosa", "sami", "tessa", "ugo", "vera", "willem", "yara", "zoe",
	}
	domains := []string{"inbox.example", "post.example", "mail.example", "letters.example"}
	return fmt.Sprintf("%s.%d@%s", names[r.IntN(len(names))], i+1, domains[r.IntN(len(domains))])
}
