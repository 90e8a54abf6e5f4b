package figures

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// Results are hand-overs by result.
type Results map[line.MailResult]int

// All is how many hand-overs there were.
func (r Results) All() int {
	var n int
	for _, count := range r {
		n += count
	}
	return n
}

// DomainMails is what was handed over to one domain.
type DomainMails struct {
	Domain  string // "" for all that are not named
	Results Results
}

// Mails are a sale's hand-overs. Each try counts: a mail that was taken at the
// second is one temporary and one accepted.
type Mails struct {
	Kinds    map[sale.MailKind]Results
	Domains  []DomainMails // the largest, then the rest without a name
	Last     line.HandOver // the newest that is done; its ID is 0 when there is none
	Complete bool
	Read     int64 // the newest hand-over of any sale that was read
}

// Results adds up all kinds, or the ones that are named.
func (m Mails) Results(kinds ...sale.MailKind) Results {
	all := Results{}
	for kind, results := range m.Kinds {
		if len(kinds) > 0 && !slices.Contains(kinds, kind) {
			continue
		}
		for result, n := range results {
			all[result] += n
		}
	}
	return all
}

// mails follows the hand-overs of all sales, in the order of their ids. What
// is not done yet, or was missing between two others, is asked for again.
type mails struct {
	o Options

	mu       sync.Mutex
	read     int64               // every hand-over up to here was read, or waits
	open     map[int64]time.Time // that are not done or were missing, since when
	sales    map[int64]*saleMails
	complete bool
	at       time.Time // of the last refresh
}

type saleMails struct {
	kinds   map[sale.MailKind]Results
	domains map[string]Results
	last    line.HandOver
}

func newMails(o Options) *mails {
	return &mails{o: o, open: map[int64]time.Time{}, sales: map[int64]*saleMails{}}
}

const (
	mostHandOvers = 2000            // with one query: about 20 ms
	mostOpen      = 5000            // that are asked for again
	missingFor    = 2 * time.Minute // longer than a transaction may last: what is missing then was rolled back
	mostDomains   = 20_000          // of a sale that are told apart
	topDomains    = 8               // that are named
)

// refresh reads what is new. Sales share it, so what was read within the last
// second serves them all.
func (m *mails) refresh(ctx context.Context, until time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.o.Clock()
	if m.complete && now.Sub(m.at) < time.Second && now.After(m.at) {
		return nil
	}
	if err := m.again(ctx, now); err != nil {
		return err
	}
	for {
		page, err := m.o.Line.HandOversAfter(ctx, m.read, mostHandOvers)
		if err != nil {
			return err
		}
		for _, h := range page {
			for id := m.read + 1; id < h.ID && m.read > 0 && len(m.open) < mostOpen; id++ {
				m.open[id] = now
			}
			m.read = h.ID
			if h.Done {
				m.count(h)
			} else {
				m.open[h.ID] = time.Time{}
			}
		}
		m.complete, m.at = len(page) < mostHandOvers, now
		if m.complete || !m.o.Clock().Before(until) {
			return nil
		}
	}
}

// again asks for what was not done, and for what was missing.
func (m *mails) again(ctx context.Context, now time.Time) error {
	if len(m.open) == 0 {
		return nil
	}
	found, err := m.o.Line.HandOvers(ctx, slices.Sorted(maps.Keys(m.open)))
	if err != nil {
		return err
	}
	for _, h := range found {
		if h.Done {
			delete(m.open, h.ID)
			m.count(h)
		} else {
			m.open[h.ID] = time.Time{} // it is there: it will be done
		}
	}
	maps.DeleteFunc(m.open, func(_ int64, since time.Time) bool { return !since.IsZero() && now.Sub(since) > missingFor })
	return nil
}

func (m *mails) count(h line.HandOver) {
	s := m.sales[h.SaleID]
	if s == nil {
		s = &saleMails{kinds: map[sale.MailKind]Results{}, domains: map[string]Results{}}
		m.sales[h.SaleID] = s
	}
	if s.kinds[h.Kind] == nil {
		s.kinds[h.Kind] = Results{}
	}
	s.kinds[h.Kind][h.Result]++
	domain := h.Domain
	if s.domains[domain] == nil {
		if len(s.domains) >= mostDomains {
			domain = ""
		}
		if s.domains[domain] == nil {
			s.domains[domain] = Results{}
		}
	}
	s.domains[domain][h.Result]++
	if newer := h.At.Compare(s.last.At); newer > 0 || newer == 0 && h.ID > s.last.ID {
		s.last = h
	}
}

// of gives a sale's own, copied.
func (m *mails) of(saleID int64) Mails {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := Mails{Kinds: map[sale.MailKind]Results{}, Complete: m.complete, Read: m.read}
	s := m.sales[saleID]
	if s == nil {
		return out
	}
	for kind, r := range s.kinds {
		out.Kinds[kind] = maps.Clone(r)
	}
	out.Last = s.last
	out.Domains = s.top()
	return out
}

// top gives the domains with the most hand-overs, and the rest as one.
func (s *saleMails) top() []DomainMails {
	var all []DomainMails
	rest := Results{}
	for domain, r := range s.domains {
		if domain != "" {
			all = append(all, DomainMails{domain, r})
		}
	}
	slices.SortFunc(all, func(a, b DomainMails) int {
		return cmp.Or(cmp.Compare(b.Results.All(), a.Results.All()), cmp.Compare(a.Domain, b.Domain))
	})
	for i, d := range all {
		if i >= topDomains {
			rest.add(d.Results)
		} else {
			all[i].Results = maps.Clone(d.Results)
		}
	}
	rest.add(s.domains[""])
	all = all[:min(len(all), topDomains)]
	if rest.All() > 0 {
		all = append(all, DomainMails{"", rest})
	}
	return all
}

func (r Results) add(o Results) {
	for result, n := range o {
		r[result] += n
	}
}
