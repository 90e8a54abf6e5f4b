package plan

// offer is one that waits to be mailed.
type offer struct{ number, units int }

// mails is the outbox: offers before orders, and nothing beyond the limits.
type mails struct {
	limits  Limits
	waiting []offer // from head on
	head    int
	orders  int
	sent    []int64 // every mail that has left, in order; kept only where there are limits
}

func (m *mails) queue(o offer) { m.waiting = append(m.waiting, o) }

func (m *mails) offers() int { return len(m.waiting) - m.head }

func (m *mails) take() offer {
	o := m.waiting[m.head]
	m.head++
	if m.head == len(m.waiting) {
		m.waiting, m.head = m.waiting[:0], 0
	}
	return o
}

func (m *mails) limited() bool { return m.limits != Limits{} }

// order queues the mail of an order, which matters only to the limits.
func (m *mails) order() {
	if m.limited() {
		m.orders++
	}
}

// next is when the next mail may leave, or never.
func (m *mails) next(r *run) int64 {
	at := m.offerAt(r)
	if m.orders > 0 {
		at = min(at, m.allowed(r.now))
	}
	return at
}

// offerAt is when the next offer's may: not in quiet hours, and not after the
// sale's end.
func (m *mails) offerAt(r *run) int64 {
	if m.offers() == 0 {
		return never
	}
	at := m.allowed(r.now)
	if !r.rest.None() {
		at = r.since(r.rest.NextLoud(r.at(at)))
	}
	if at >= r.ends {
		return never
	}
	return at
}

// hand lets the next mail leave now: an offer before an order.
func (m *mails) hand(r *run) {
	offer := m.offerAt(r) <= r.now
	if m.limited() {
		m.sent = append(m.sent, r.now)
	}
	if offer {
		r.leaves(m.take())
	} else {
		m.orders--
	}
}

// allowed is the first time from at on at which one more mail is within the
// limits.
func (m *mails) allowed(at int64) int64 {
	for _, w := range [...]struct {
		most   int
		length int64
	}{{m.limits.PerSecond, 1000}, {m.limits.PerHour, 3_600_000}} {
		if w.most > 0 && len(m.sent) >= w.most {
			at = max(at, m.sent[len(m.sent)-w.most]+w.length+1)
		}
	}
	return at
}

// event is the end of an offer: it held so many units, and its fan buys some
// of them or none.
type event struct {
	at    int64
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
