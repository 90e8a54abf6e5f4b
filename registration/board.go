package registration

import (
	"context"
	"log/slog"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// pollEvery is how often changes made elsewhere are looked for.
const pollEvery = 400 * time.Millisecond

// board is what this process shows of every sale without asking the line:
// the state as last read, raised by the numbers that its own sign-ups were
// given since.
type board struct {
	line   sales
	clock  sale.Clock
	logger *slog.Logger

	reading sync.Mutex    // one reading at a time
	begun   atomic.Uint64 // readings that have begun, ever
	shown   uint64        // the one that all is from; under reading
	all     atomic.Pointer[boardSales]
}

// boardSales is one reading. It never changes; what does is in its entries.
type boardSales struct {
	bySlug map[string]*entry
	order  []*entry // as first applied
}

// entry is one sale on the board.
type entry struct {
	state line.State    // as last read; Last may be outdated
	last  *atomic.Int64 // numbers given, as far as known; only rises
	pages *pages        // rendered from what of state they show
	// progress are pages too, of what changes more often.
	progress *pages
}

func newBoard(o Options) *board {
	return &board{line: o.Line, clock: o.Clock, logger: o.Logger}
}

// run reads the line again and again until ctx ends. While the line cannot
// be read, what was read last goes on being shown: sign-ups are decided by
// the line anyway.
func (b *board) run(ctx context.Context) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	failing := false
	for {
		err := b.read(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if failed := err != nil; failed != failing {
			failing = failed
			b.logger.Warn("reading the sales", "failing", failing, "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// read brings the board up to date. Pages that would come out the same are
// kept.
func (b *board) read(ctx context.Context) error {
	b.reading.Lock()
	defer b.reading.Unlock()
	return b.readLocked(ctx)
}

// readSince makes sure of a reading that began after `begun` had. Those who
// waited for the same one share it: a crowd that asks for what is not there
// costs no more than one reading after the other.
func (b *board) readSince(ctx context.Context, begun uint64) error {
	b.reading.Lock()
	defer b.reading.Unlock()
	if b.shown > begun {
		return nil
	}
	return b.readLocked(ctx)
}

func (b *board) readLocked(ctx context.Context) error {
	reading := b.begun.Add(1)
	states, err := b.line.Sales(ctx)
	if err != nil {
		return err
	}
	was := map[string]*entry{}
	if old := b.all.Load(); old != nil {
		was = old.bySlug
	}
	now := &boardSales{bySlug: make(map[string]*entry, len(states))}
	for _, st := range states {
		e := &entry{state: st, last: new(atomic.Int64), pages: new(pages), progress: new(pages)}
		if old := was[st.Sale.Slug]; old != nil {
			e.last = old.last
			if old.looksLike(e) {
				e.pages = old.pages
				if old.standsAs(e) {
					e.progress = old.progress
				}
			}
		}
		e.given(st.Last)
		now.bySlug[st.Sale.Slug] = e
		now.order = append(now.order, e)
	}
	b.all.Store(now)
	b.shown = reading
	return nil
}

// sales is the board. Those who come before it was read for the first time
// wait for one reading.
func (b *board) sales(ctx context.Context) (*boardSales, error) {
	if all := b.all.Load(); all != nil {
		return all, nil
	}
	b.reading.Lock()
	defer b.reading.Unlock()
	if all := b.all.Load(); all != nil {
		return all, nil
	}
	if err := b.readLocked(ctx); err != nil {
		return nil, err
	}
	return b.all.Load(), nil
}

// sale is one sale of the board; CodeNotFound when it is not there.
func (b *board) sale(ctx context.Context, slug string) (*entry, error) {
	begun := b.begun.Load()
	all, err := b.sales(ctx)
	if err != nil {
		return nil, err
	}
	if e, ok := all.bySlug[slug]; ok {
		return e, nil
	}
	// It may have been applied since the board was read: sign-ups are taken
	// from that moment on, and every one of them leads to a place page.
	if err := b.readSince(ctx, begun); err != nil {
		return nil, err
	}
	if e, ok := b.all.Load().bySlug[slug]; ok {
		return e, nil
	}
	return nil, sale.E(sale.CodeNotFound, "There is no such sale.")
}

// given records that number was given, here or elsewhere.
func (b *board) given(slug string, number int) {
	if all := b.all.Load(); all != nil {
		if e := all.bySlug[slug]; e != nil {
			e.given(number)
		}
	}
}

func (e *entry) given(number int) {
	for {
		was := e.last.Load()
		if int64(number) <= was || e.last.CompareAndSwap(was, int64(number)) {
			return
		}
	}
}

// looksLike says whether the landing pages of both come out the same.
func (e *entry) looksLike(other *entry) bool {
	return e.state.Paused == other.state.Paused && e.state.Frozen == other.state.Frozen && e.state.SoldOut == other.state.SoldOut &&
		reflect.DeepEqual(e.state.Sale, other.state.Sale)
}

// standsAs says whether two entries that look alike are also equally far.
func (e *entry) standsAs(other *entry) bool {
	a, b := &e.state, &other.state
	return a.Last == b.Last && a.GuaranteedGiven == b.GuaranteedGiven && a.Reached == b.Reached &&
		a.NextBatch.Equal(b.NextBatch) && a.Period == b.Period
}

// notice is what the landing page says at one moment. The form's times are
// half-open, as the line has them.
func (e *entry) notice(now time.Time) templates.Notice {
	s, last := &e.state.Sale, int(e.last.Load())
	switch {
	case now.Before(s.Registration.Opens):
		return templates.NoticeBefore
	case !now.Before(s.Registration.Closes):
		return templates.NoticeClosed
	case last >= s.Caps.Guaranteed+s.Caps.Standby:
		return templates.NoticeFull
	case last >= s.Caps.Guaranteed:
		return templates.NoticeStandby
	default:
		return templates.NoticeGuaranteed
	}
}

// codeOf is what a form that takes no addresses is refused with.
func codeOf(n templates.Notice) sale.Code {
	switch n {
	case templates.NoticeBefore:
		return sale.CodeNotOpenYet
	case templates.NoticeFull:
		return sale.CodeFull
	default:
		return sale.CodeClosed
	}
}

// open lists the sales whose form takes addresses or will, in the order in
// which they open.
func (all *boardSales) open(now time.Time) []*entry {
	var open []*entry
	for _, e := range all.order {
		if e.notice(now) != templates.NoticeClosed {
			open = append(open, e)
		}
	}
	slices.SortStableFunc(open, func(a, b *entry) int {
		return a.state.Sale.Registration.Opens.Compare(b.state.Sale.Registration.Opens)
	})
	return open
}
