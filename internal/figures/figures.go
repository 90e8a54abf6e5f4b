package figures

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// BoxOffice is what figures ask of the box office, wherever it is.
type BoxOffice interface {
	Stock(ctx context.Context, slug string) (sale.Stock, error)
	Flows(ctx context.Context, slug string, after int64) (sale.Flows, error)
}

// Options are what figures are read from. Line and Clock are required; without
// a BoxOffice nothing is known of tickets.
type Options struct {
	Line      *line.Line
	BoxOffice BoxOffice
	Clock     sale.Clock
}

// Figures has a follower for each sale that somebody asked for.
type Figures struct {
	o     Options
	mails *mails

	mu        sync.Mutex
	followers map[string]*Follower
}

// New makes figures; nothing is read yet.
func New(o Options) (*Figures, error) {
	switch {
	case o.Line == nil:
		return nil, errors.New("figures: Options.Line is missing")
	case o.Clock == nil:
		return nil, errors.New("figures: Options.Clock is missing")
	}
	return &Figures{o: o, mails: newMails(o), followers: map[string]*Follower{}}, nil
}

// Of is the follower of a sale. It is kept, so that who comes back later has
// nothing to catch up with but what happened since.
func (f *Figures) Of(slug string) *Follower {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.followers[slug] == nil {
		f.followers[slug] = &Follower{o: f.o, mails: f.mails, slug: slug, signUps: signUps{given: map[int64]int{}}}
	}
	return f.followers[slug]
}

// Follower follows one sale. One refresh runs at a time.
type Follower struct {
	o     Options
	slug  string
	mails *mails

	mu      sync.Mutex
	signUps signUps
	offers  offers
	units   units
	queues  rarely[line.Queues]
}

// Snapshot is how a sale goes at one moment. It is shared: nobody may change
// it.
type Snapshot struct {
	At       time.Time
	State    line.State
	SignUps  SignUps
	Offers   Offers
	Units    Units
	Mails    Mails
	Waiting  int // registrations that are eligible for an offer
	Queues   line.Queues
	QueuesAt time.Time // as of when: a little older than the rest; zero when they were never counted
	Signs    line.Signs
	Expected Expectation
	BoxErr   error         // why the box office did not answer
	BoxTook  time.Duration // how long it took to
}

// Complete says whether everything was counted to its end.
func (s Snapshot) Complete() bool {
	return s.Offers.Complete && s.Units.Complete && s.Mails.Complete && !s.QueuesAt.IsZero()
}

// Refresh reads what is new. It spends about budget on catching up with what
// is long past, and whatever the rest takes, which is little.
func (f *Follower) Refresh(ctx context.Context, budget time.Duration) (Snapshot, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	begin := f.o.Clock()
	until := begin.Add(budget)
	s := Snapshot{At: begin}
	var err error
	if s.State, err = f.o.Line.Sale(ctx, f.slug); err != nil {
		return Snapshot{}, err
	}
	if s.Signs, err = f.o.Line.Signs(ctx, s.State.ID); err != nil {
		return Snapshot{}, err
	}
	if s.Waiting, err = f.o.Line.Waiting(ctx, s.State); err != nil {
		return Snapshot{}, err
	}
	if s.SignUps, err = f.signUps.refresh(ctx, f.o.Line, s); err != nil {
		return Snapshot{}, err
	}
	s.Units, s.BoxTook, s.BoxErr = f.units.refresh(ctx, f.o, s, until)
	if s.Offers, err = f.offers.refresh(ctx, f.o, s.State, until); err != nil {
		return Snapshot{}, err
	}
	if err := f.mails.refresh(ctx, until); err != nil {
		return Snapshot{}, err
	}
	s.Mails = f.mails.of(s.State.ID)
	s.Queues, s.QueuesAt, err = f.queues.get(f.o.Clock, until, func() (line.Queues, error) { return f.o.Line.Queues(ctx, s.State) })
	if err != nil {
		return Snapshot{}, err
	}
	s.Expected = expect(s)
	return s, nil
}

// share is how much of the time what is counted whole may take: one part in
// so many.
const share = 50

// rarely keeps what is dear to count, and counts it again when it has rested
// long enough.
type rarely[T any] struct {
	value T
	at    time.Time
	next  time.Time
}

// get counts when it has rested, and when there is time until then.
func (r *rarely[T]) get(clock sale.Clock, until time.Time, count func() (T, error)) (value T, at time.Time, err error) {
	now := clock()
	if now.After(until) || !r.at.IsZero() && now.Before(r.next) && !now.Before(r.at) {
		return r.value, r.at, nil
	}
	value, err = count()
	if err != nil {
		return value, now, err
	}
	done := clock()
	r.value, r.at, r.next = value, now, done.Add(share*done.Sub(now))
	return r.value, r.at, nil
}
