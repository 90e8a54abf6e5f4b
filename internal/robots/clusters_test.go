package robots

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/sale"
)

// lineOf makes a line of addresses, one a second from an hour after opening.
func lineOf(addresses ...string) []Entry {
	var all []Entry
	for i, a := range addresses {
		all = append(all, Entry{Number: i + 1, At: testNow.Add(time.Hour + time.Duration(i)*time.Second), Address: a})
	}
	return all
}

func times(n int, address func(i int) string) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = address(i)
	}
	return all
}

func reading(all []Entry) Reading {
	return func(visit func(Entry) error) error {
		for _, e := range all {
			if err := visit(e); err != nil {
				return err
			}
		}
		return nil
	}
}

func found(t *testing.T, all []Entry, r *sale.Robots) []string {
	t.Helper()
	report, err := Find(reading(all), Sought{Disposables: NewDisposables().Of(r), Opens: testNow})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, c := range report.Clusters {
		lines = append(lines, c.String())
		if c.Why == "" || c.Do == "" || c.First > c.Last || c.From.After(c.To) || c.Fastest < 1 || c.Share <= 0 || c.Share > 1 {
			t.Errorf("%+v", c)
		}
	}
	return lines
}

// name gives an ordinary fan: letters only, everyday providers.
func name(r *rand.Rand) string {
	letters := make([]byte, 8+r.IntN(6))
	for i := range letters {
		letters[i] = byte('a' + r.IntN(26))
	}
	return string(letters) + "@" + []string{"gmail.com", "gmx.ch", "bluewin.ch", "outlook.com"}[r.IntN(4)]
}

func TestClusters(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	fans := times(200, func(int) string { return name(r) })
	for what, c := range map[string]struct {
		addresses []string
		robots    *sale.Robots
		want      []string
	}{
		"nobody":        {nil, nil, nil},
		"ordinary fans": {fans, nil, nil},
		"numbers as names, at home": {
			times(50, func(i int) string { return fmt.Sprintf("%d@qq.com", 100_000+7*i) }), nil, nil,
		},
		"a script that counts": {
			times(12, func(i int) string { return fmt.Sprintf("name%03d@gmail.com", i) }), nil,
			[]string{"digits name#@gmail.com 12"},
		},
		"a script that counts twice": {
			times(12, func(i int) string { return fmt.Sprintf("x%d.y%d@web.de", i, 100-i) }), nil, nil, // two letters: nothing to go by
		},
		"too few to say": {
			times(9, func(i int) string { return fmt.Sprintf("anna%d@gmail.com", 1980+i) }), nil, nil,
		},
		"dots and plus where nobody knows": {
			append(times(4, func(i int) string { return fmt.Sprintf("some.body+%c@mail.example", 'a'+i) }), "s.omebody@mail.example", "somebody@mail.example"), nil,
			[]string{"alias somebody@mail.example 6"},
		},
		"thrown away": {
			[]string{"a@yopmail.com", "b@x.yopmail.com", "c@mailinator.com", "d@bad.example"},
			&sale.Robots{Allow: []string{"mailinator.com"}, Deny: []string{"bad.example"}},
			[]string{"disposable yopmail.com 2", "disposable bad.example 1"},
		},
		"a company": {
			times(30, func(i int) string { return fmt.Sprintf("%c%s@company.example", 'a'+i%26, strings.Repeat("x", i)) }), nil,
			[]string{"domain company.example 30"},
		},
		"a company that is known": {
			times(30, func(i int) string { return fmt.Sprintf("%c%s@company.example", 'a'+i%26, strings.Repeat("x", i)) }),
			&sale.Robots{Allow: []string{"company.example"}}, nil,
		},
		"a catch-all domain that counts": {
			times(30, func(i int) string { return fmt.Sprintf("%d@catch.example", i) }), nil,
			[]string{"domain catch.example 30", "digits #@catch.example 30"},
		},
	} {
		if diff := cmp.Diff(c.want, found(t, lineOf(c.addresses...), c.robots)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
}

// TestNetworks: many from one, with the range of their numbers and their
// fastest ten seconds; none where the sale keeps none.
func TestNetworks(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	all := lineOf(times(300, func(int) string { return name(r) })...)
	for i := range all {
		all[i].Network = int64(1000 + i)
		if i%3 == 0 && i >= 30 && i < 120 {
			all[i].Network = -5
		}
	}
	report, err := Find(reading(all), Sought{Disposables: NewDisposables().Of(nil), Opens: testNow})
	if err != nil || len(report.Clusters) != 1 || report.Registrations != 300 {
		t.Fatalf("%+v, %v", report, err)
	}
	c := report.Clusters[0]
	if c.Kind != KindNetwork || c.Key != "fffffffffffffffb" || c.Count != 30 || c.Share != 0.1 || c.First != 31 || c.Last != 118 ||
		!c.From.Equal(all[30].At) || !c.To.Equal(all[117].At) || c.Fastest < 3 || c.Fastest > 4 {
		t.Errorf("%+v", c)
	}
	for i := range all {
		all[i].Network = 0
	}
	if got := found(t, all, nil); got != nil {
		t.Errorf("%v", got)
	}
}

// TestBursts: the rush of the opening is none, nor is a busy hour; a hundred
// out of nowhere are.
func TestBursts(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	var all []Entry
	add := func(at time.Duration, n int) {
		for range n {
			all = append(all, Entry{Number: len(all) + 1, At: testNow.Add(at), Address: name(r)})
		}
	}
	for second := range 3 * 3600 {
		n := 0
		switch {
		case second < 300:
			n = 20
		case second == 5400:
			n = 90
		case second == 5410:
			n = 60
		case second%5 == 0:
			n = 1
		}
		add(time.Duration(second)*time.Second, n)
	}
	report, err := Find(reading(all), Sought{Disposables: NewDisposables().Of(nil), Opens: testNow})
	if err != nil || len(report.Clusters) != 1 {
		t.Fatalf("%+v, %v", report, err)
	}
	c := report.Clusters[0]
	if c.Kind != KindBurst || c.Key != "2027-03-10T10:30:00Z" || c.Count != 152 || c.Fastest != 91 {
		t.Errorf("%+v", c)
	}
}

// TestAMillion: what a few thousand of a million have in common is found, in
// memory that the line's length has nothing to do with.
func TestAMillion(t *testing.T) {
	const n = 1_000_000
	read := func(visit func(Entry) error) error {
		r := rand.New(rand.NewPCG(4, 4))
		for i := range n {
			e := Entry{Number: i + 1, At: testNow.Add(time.Duration(i) * time.Millisecond), Network: int64(r.Uint64())}
			switch {
			case i%400 == 0:
				e.Address, e.Network = fmt.Sprintf("robot%d@gmail.com", i), 7
			case i%5000 == 1:
				e.Address = fmt.Sprintf("same.one+%d@mail.example", i)
			default:
				e.Address = fmt.Sprintf("%x%c@d%x.example", r.Uint64(), 'g'+rune(i%20), r.Uint32N(1<<20))
			}
			if err := visit(e); err != nil {
				return err
			}
		}
		return nil
	}
	before, most := heap(), uint64(0)
	watched := func(visit func(Entry) error) error {
		return read(func(e Entry) error {
			if e.Number%200_000 == 0 {
				most = max(most, heap())
			}
			return visit(e)
		})
	}
	report, err := Find(watched, Sought{Disposables: NewDisposables().Of(nil), Opens: testNow})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range report.Clusters {
		got = append(got, c.String())
	}
	want := []string{"network 0000000000000007 2500", "digits robot#@gmail.com 2500", "alias sameone@mail.example 200"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	// The addresses alone would be 30 MB, a map of them over 100.
	if used := int64(most) - int64(before); used > 48<<20 {
		t.Errorf("%d MiB were used", used>>20)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestFrequent: nothing that comes often is overlooked, and no count is more
// than it was or less than by the slack.
func TestFrequent(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for range 20 {
		f, exact := newFrequent(50), map[uint64]int{}
		n := 5000 + r.IntN(5000)
		for range n {
			key := uint64(r.ExpFloat64() * 40)
			if r.IntN(2) == 0 {
				key = 1000 + r.Uint64N(100_000)
			}
			f.add(key)
			exact[key]++
			if len(f.count) > 2*f.room {
				t.Fatalf("%d are remembered", len(f.count))
			}
		}
		if f.slack > n/f.room {
			t.Errorf("slack %d of %d", f.slack, n)
		}
		often := f.above(n / f.room)
		for key, count := range exact {
			if got := f.count[key]; got > count || got+f.slack < count {
				t.Errorf("%d came %d times, counted %d with a slack of %d", key, count, got, f.slack)
			}
			if count >= n/f.room && !often[key] {
				t.Errorf("%d came %d times and was overlooked", key, count)
			}
		}
	}
}

// TestTheSmallestAreLeftOff, and said to be.
func TestTheSmallestAreLeftOff(t *testing.T) {
	var addresses []string
	domains := []string{"yopmail.com", "mailinator.com", "guerrillamail.com"}
	for i, d := range domains {
		addresses = append(addresses, times(3-i, func(n int) string { return fmt.Sprintf("%c@%s", 'a'+n, d) })...)
	}
	report, err := Find(reading(lineOf(addresses...)), Sought{Disposables: NewDisposables().Of(nil), Most: 2})
	if err != nil || report.LeftOff[KindDisposable] != 1 || len(report.Clusters) != 2 {
		t.Errorf("%+v, %v", report, err)
	}
	if got := []string{report.Clusters[0].Key, report.Clusters[1].Key}; !slices.Equal(got, domains[:2]) {
		t.Errorf("%v", got)
	}
}
