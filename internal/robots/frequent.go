package robots

import (
	"maps"
	"slices"
)

// frequent finds what comes often in a stream, in memory that does not grow
// with it (Misra and Gries 1982). Whatever came more than n/room times is
// among what it keeps; how often is known to within slack, from below.
type frequent struct {
	room  int
	count map[uint64]int
	slack int
}

func newFrequent(room int) *frequent { return &frequent{room: room, count: make(map[uint64]int)} }

// add counts one. When twice the room is taken, as much is subtracted from
// all as leaves no more than the room: every unit of slack was paid for by at
// least room others, so slack stays below n/room.
func (f *frequent) add(key uint64) {
	f.count[key]++
	if len(f.count) <= 2*f.room {
		return
	}
	counts := slices.Sorted(maps.Values(f.count))
	cut := counts[len(counts)-f.room-1]
	f.slack += cut
	for k, n := range f.count {
		if n <= cut {
			delete(f.count, k)
		} else {
			f.count[k] = n - cut
		}
	}
}

// above gives what may have come at least so often.
func (f *frequent) above(least int) map[uint64]bool {
	keys := map[uint64]bool{}
	for k, n := range f.count {
		if n+f.slack >= least {
			keys[k] = true
		}
	}
	return keys
}
