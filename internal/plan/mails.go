package plan

// pack is one or more offers of numbers in a row, from the given one on, which
// leave together and fare alike: so many units all of them. It is the nth.
type pack struct{ nth, number, fans, units int }

// mails is the outbox: offers before orders, and nothing beyond the limits.
type mails struct {
	limits  Limits
	waiting []pack // from head on
	head    int
	orders  int
	most    int     // that leave together
	sent    []int64 // every mail that has left, in order; kept only where there are limits
}

func (m *mails) queue(p pack) { m.waiting = append(m.waiting, p) }

func (m *mails) offers() bool { return len(m.waiting) > m.head }

func (m *mails) take() pack {
	p := m.waiting[m.head]
	m.head++
	if m.head == len(m.waiting) {
		m.waiting, m.head = m.waiting[:0], 0
	}
	return p
}

func (m *mails) limited() bool { return m.limits != Limits{} }

// order queues the mails of so many orders, which matter only to the limits.
func (m *mails) order(n int) {
	if m.limited() {
		m.orders += n
	}
}

// next is when the next mails may leave, or never.
func (m *mails) next(r *run) int64 {
	at := m.offerAt(r)
	if m.orders > 0 {
		at = min(at, m.allowed(r.now, min(m.orders, m.most)))
	}
	return at
}

// offerAt is when the next offer's may: not in quiet hours, and not after the
// sale's end.
func (m *mails) offerAt(r *run) int64 {
	if !m.offers() {
		return never
	}
	at := m.allowed(r.now, m.waiting[m.head].fans)
	if !r.rest.None() {
		at = r.since(r.rest.NextLoud(r.at(at)))
	}
	if at >= r.ends {
		return never
	}
	return at
}

// hand lets the next mails leave now: offers before orders.
func (m *mails) hand(r *run) {
	n := min(m.orders, m.most)
	if m.offerAt(r) <= r.now {
		p := m.take()
		r.leaves(p)
		n = p.fans
	} else {
		m.orders -= n
	}
	for i := 0; m.limited() && i < n; i++ {
		m.sent = append(m.sent, r.now)
	}
}

// allowed is the first time from at on at which n more mails are within the
// limits, of which n is at most the smaller.
func (m *mails) allowed(at int64, n int) int64 {
	for _, w := range [...]struct {
		most   int
		length int64
	}{{m.limits.PerSecond, 1000}, {m.limits.PerHour, 3_600_000}} {
		if last := len(m.sent) + n - 1 - w.most; w.most > 0 && last >= 0 {
			at = max(at, m.sent[last]+w.length+1)
		}
	}
	return at
}

// event is the end of a pack of offers: they held so many units, and their
// fans buy some of them or none.
type event struct {
	at    int64
	fans  int
	units int
	buys  int
}

// events are a heap by time; of two at the same time either may come first.
type events []event

func (h events) next() int64 {
	if len(h) == 0 {
		return never
	}
	return h[0].at
}

func (h *events) push(e event) {
	*h = append(*h, e)
	all := *h
	for i := len(all) - 1; i > 0; {
		parent := (i - 1) / 2
		if all[parent].at <= all[i].at {
			return
		}
		all[parent], all[i] = all[i], all[parent]
		i = parent
	}
}

func (h *events) pop() event {
	all := *h
	top, last := all[0], len(all)-1
	all[0] = all[last]
	all = all[:last]
	*h = all
	for i := 0; ; {
		child := 2*i + 1
		if child >= last {
			return top
		}
		if child+1 < last && all[child+1].at < all[child].at {
			child++
		}
		if all[i].at <= all[child].at {
			return top
		}
		all[i], all[child] = all[child], all[i]
		i = child
	}
}
