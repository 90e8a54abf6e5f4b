package robots

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"slices"
	"strconv"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// Entry is one registration that stands in line, as the report reads it.
type Entry struct {
	Number  int
	At      time.Time
	Address string // canonical
	Network int64  // its keyed hash; 0: not kept
}

// Reading reads a line from its beginning, in the order of its numbers. It is
// read twice; what joins in between may be in the second reading only.
type Reading func(visit func(Entry) error) error

// Kind is what registrations of a cluster have in common.
type Kind string

// The kinds of cluster.
const (
	KindDisposable Kind = "disposable" // one disposable domain
	KindNetwork    Kind = "network"    // one client network
	KindDomain     Kind = "domain"     // one domain that is nobody's everyday mailbox
	KindDigits     Kind = "digits"     // addresses that differ in digits only
	KindAlias      Kind = "alias"      // addresses that differ in dots and what follows a plus
	KindBurst      Kind = "burst"      // one moment
)

// Kinds lists them in the order of a report.
func Kinds() []Kind {
	return append(kinds[:len(kinds):len(kinds)], KindBurst)
}

// Cluster is a group of registrations that one hand may have made. From and
// To are the times of the lowest and the highest number.
type Cluster struct {
	Kind    Kind      `json:"kind"`
	Key     string    `json:"key"` // the domain, the pattern, the network's hash, the moment
	Count   int       `json:"count"`
	Share   float64   `json:"share"` // of all who stand in line
	First   int       `json:"first"` // lowest number
	Last    int       `json:"last"`  // highest number
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Fastest int       `json:"fastest"` // most within one window of ten seconds
	Why     string    `json:"why"`
	Do      string    `json:"do"`
}

// Report is what was found. Clusters of one kind stand together, the largest
// first.
type Report struct {
	Registrations int          `json:"registrations"`
	Clusters      []Cluster    `json:"clusters"`
	LeftOff       map[Kind]int `json:"left_off,omitempty"` // clusters that are not listed, the smallest
}

// Sought is what Find looks for: a sale's own lists, when its form opened, and
// how many clusters of a kind are listed at most (0: 50).
type Sought struct {
	Disposables *Disposables
	Opens       time.Time
	Most        int
}

const (
	window = 10 * time.Second

	// room is what a first reading remembers for each kind, twice over: more
	// than n/least of any kind, so that nothing is overlooked.
	room = 1 << 15
)

// least is from how many on a cluster is one, in a line of n: an absolute
// number, so that a small line is not full of coincidences, and a share, so
// that a long one is not.
func least(k Kind, n int) int {
	switch k {
	case KindDisposable:
		return 1
	case KindNetwork:
		return max(20, n/1000)
	case KindDomain:
		return max(25, n/200)
	case KindDigits:
		return max(10, n/5000)
	case KindAlias:
		return max(5, n/20_000)
	default:
		return max(50, n/1000)
	}
}

// kinds are those that go by a key of the address or the network.
var kinds = [...]Kind{KindDisposable, KindNetwork, KindDomain, KindDigits, KindAlias}

// Find reads a line twice: once to learn what comes often, once to count
// exactly that.
func Find(read Reading, s Sought) (Report, error) {
	s.Most = cmp.Or(s.Most, 50)
	f := finder{sought: s, seed: maphash.MakeSeed(), everyday: everyday()}
	if err := read(f.learn); err != nil {
		return Report{}, err
	}
	f.choose()
	if err := read(f.count); err != nil {
		return Report{}, err
	}
	return f.report(), nil
}

// finder is the work between the readings.
type finder struct {
	sought   Sought
	seed     maphash.Seed
	everyday map[string]bool

	n, last int // of the first reading
	often   [len(kinds)]*frequent
	chosen  [len(kinds)]map[uint64]bool
	found   [len(kinds)]map[uint64]*Cluster
	running [len(kinds)]map[uint64]tumbling
	bursts  bursts
}

// tumbling counts within windows that follow each other.
type tumbling struct {
	window int64
	count  int
}

// key is what an entry has of a kind; "" for nothing worth counting.
func (f *finder) key(k Kind, e Entry) string {
	switch k {
	case KindDisposable:
		return f.sought.Disposables.Find(DomainOf(e.Address))
	case KindNetwork:
		if e.Network == 0 {
			return ""
		}
		return fmt.Sprintf("%016x", uint64(e.Network))
	case KindDomain:
		return f.domain(DomainOf(e.Address))
	case KindDigits:
		return f.digits(e.Address)
	default:
		return alias(e.Address)
	}
}

func (f *finder) learn(e Entry) error {
	f.n++
	f.last = e.Number
	for i, k := range kinds {
		if f.often[i] == nil {
			f.often[i] = newFrequent(room)
		}
		if key := f.key(k, e); key != "" {
			f.often[i].add(maphash.String(f.seed, key))
		}
	}
	return nil
}

func (f *finder) choose() {
	for i, k := range kinds {
		f.found[i], f.running[i] = map[uint64]*Cluster{}, map[uint64]tumbling{}
		if f.often[i] != nil {
			f.chosen[i] = f.often[i].above(least(k, f.n))
			f.often[i] = nil
		}
	}
	f.bursts = bursts{opens: f.sought.Opens, least: least(KindBurst, f.n)}
}

func (f *finder) count(e Entry) error {
	if e.Number > f.last {
		return nil
	}
	f.bursts.add(e)
	for i, k := range kinds {
		key := f.key(k, e)
		if key == "" {
			continue
		}
		h := maphash.String(f.seed, key)
		if !f.chosen[i][h] {
			continue
		}
		c := f.found[i][h]
		if c == nil {
			c = &Cluster{Kind: k, Key: key, First: e.Number, From: e.At}
			f.found[i][h] = c
		}
		if c.Key != key {
			continue // two keys of one hash: as good as never
		}
		r := f.running[i][h]
		if at := e.At.UnixMilli() / window.Milliseconds(); at != r.window {
			r = tumbling{window: at}
		}
		r.count++
		f.running[i][h] = r
		c.Count++
		c.Last, c.To, c.Fastest = e.Number, e.At, max(c.Fastest, r.count)
	}
	return nil
}

func (f *finder) report() Report {
	r := Report{Registrations: f.n, Clusters: []Cluster{}, LeftOff: map[Kind]int{}}
	add := func(k Kind, all []Cluster) {
		slices.SortFunc(all, func(a, b Cluster) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.First, b.First))
		})
		if len(all) > f.sought.Most {
			r.LeftOff[k] = len(all) - f.sought.Most
			all = all[:f.sought.Most]
		}
		for _, c := range all {
			c.Share = float64(c.Count) / float64(max(f.n, 1))
			c.Why, c.Do = c.words()
			r.Clusters = append(r.Clusters, c)
		}
	}
	for i, k := range kinds {
		var all []Cluster
		for _, c := range f.found[i] {
			if c.Count >= least(k, f.n) {
				all = append(all, *c)
			}
		}
		add(k, all)
	}
	add(KindBurst, f.bursts.close())
	return r
}

// words say why a cluster is one, and what can be done.
func (c *Cluster) words() (why, do string) {
	n := sale.FormatCount(c.Count)
	switch c.Kind {
	case KindDisposable:
		return n + " addresses are at a domain whose mailboxes are made to be thrown away.",
			"Nothing, if you do not mind. Otherwise set robots.disposable: refuse for those who come from now on; or robots.allow, if you know the domain."
	case KindNetwork:
		return n + " sign-ups came from one client network.",
			"A mobile network, a campus or a company looks like this, and so does a script. Look at the times and whether their addresses form another cluster; robots.proof_of_work makes each of them cost something."
	case KindDomain:
		return n + " addresses are at one domain that is no everyday mailbox provider.",
			"A company or a university looks like this: add it to robots.allow. If you do not know it, its owner may have any number of mailboxes there: robots.deny flags or refuses it from now on."
	case KindDigits:
		return n + " addresses differ in digits only.",
			"Few people share a name and a provider to such a number. Places are kept; robots.proof_of_work makes the next ones cost something."
	case KindAlias:
		return n + " addresses are one name with other dots or other words after a plus; at most providers that is one mailbox.",
			"Their offers may all reach one person, each for the maximum. Places are kept; ask that person, or add the domain to robots.deny."
	default:
		return n + " sign-ups came within moments, ten times as many as in the half hour before.",
			"A newsletter or a post looks like this, and so does a script. Look whether their addresses or networks form another cluster."
	}
}

// bursts finds moments at which far more came than in the half hour before,
// once the rush of the opening is over.
type bursts struct {
	opens time.Time
	least int

	window int64
	now    Cluster
	before []int // the windows before, oldest first
	all    []Cluster
}

const (
	burstQuiet  = 10 * time.Minute // after the opening, when everything is a burst
	burstTimes  = 10
	burstMemory = int(30 * time.Minute / window)
)

func (b *bursts) add(e Entry) {
	if at := e.At.UnixMilli() / window.Milliseconds(); at != b.window {
		b.turn(at)
	}
	if b.now.Count == 0 {
		b.now = Cluster{Kind: KindBurst, First: e.Number, From: e.At}
	}
	b.now.Count++
	b.now.Last, b.now.To, b.now.Fastest = e.Number, e.At, b.now.Count
}

// turn ends a window; those in which nobody came count too.
func (b *bursts) turn(next int64) {
	sum := 0
	for _, n := range b.before {
		sum += n
	}
	average := float64(sum) / float64(max(len(b.before), 1))
	late := !b.now.From.Before(b.opens.Add(burstQuiet))
	if b.now.Count >= b.least && late && len(b.before) > 0 && float64(b.now.Count) >= burstTimes*max(average, 1) {
		b.keep()
	} else if b.now.Count > 0 || len(b.before) > 0 {
		// A burst is no measure for the next one.
		b.before = append(b.before, b.now.Count)
	}
	for gap := next - b.window - 1; gap > 0 && len(b.before) > 0 && gap < int64(burstMemory); gap-- {
		b.before = append(b.before, 0)
	}
	if next-b.window > int64(burstMemory) {
		b.before = []int{0}
	}
	b.before = b.before[max(0, len(b.before)-burstMemory):]
	b.window, b.now = next, Cluster{}
}

// keep joins a window to the burst before it, when it follows at once.
func (b *bursts) keep() {
	c := b.now
	c.Key = c.From.UTC().Format(time.RFC3339)
	if i := len(b.all) - 1; i >= 0 && c.From.Sub(b.all[i].To) < 2*window {
		b.all[i].Count += c.Count
		b.all[i].Last, b.all[i].To, b.all[i].Fastest = c.Last, c.To, max(b.all[i].Fastest, c.Fastest)
		return
	}
	// A line as long as one likes has no more bursts than fit in memory.
	if len(b.all) < 10_000 {
		b.all = append(b.all, c)
	}
}

func (b *bursts) close() []Cluster {
	b.turn(b.window + 1)
	return b.all
}

// String names a cluster in a line of a log or a test.
func (c Cluster) String() string {
	return string(c.Kind) + " " + c.Key + " " + strconv.Itoa(c.Count)
}
