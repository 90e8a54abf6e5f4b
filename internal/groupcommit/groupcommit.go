// Package groupcommit lets many callers share one transaction. A commit costs
// one flush of the disk however many rows it holds, so under load the callers
// who come while a commit runs are committed together by the next one.
//
// What it promises:
//
//   - A caller gets its answer only after the transaction that holds it.
//   - Callers are taken in the order in which they came.
//   - A single caller commits at once, on its own goroutine, without waiting
//     for company. The package starts no goroutine at all: the first caller
//     leads, and when its commit is through it hands the lead to the first
//     who waits.
//   - One caller's bad row spoils nobody's answer: when a batch fails as a
//     whole, its items are tried one by one. Only when the database itself
//     does not answer everybody hears so at once.
//   - A caller whose context ends while it waits leaves and nothing of it is
//     stored. Once its batch has begun it waits for the result.
package groupcommit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// Result is what one item of a batch gets: a value or an error of its own.
type Result[Out any] struct {
	Value Out
	Err   error
}

// Options say what a group commits.
type Options[In, Out any] struct {
	// Commit runs one transaction for all of ins and returns one result for
	// each, in order. An error means that it does not know of any success;
	// items that are tried again must therefore be recognised.
	Commit func(ctx context.Context, ins []In) ([]Result[Out], error)
	// Most is the size of the largest batch (0: 256).
	Most int
	// Queue is how many callers may wait before the next ones are turned
	// away with sale.CodeOverloaded (0: 8192).
	Queue int
	// Timeout ends the context given to Commit (0: never).
	Timeout time.Duration
	// Observe hears of the size of every batch (nil: nobody does).
	Observe func(items int)
}

// Group brings callers of Do together. Its zero value is of no use: see [New].
type Group[In, Out any] struct {
	o Options[In, Out]

	mu    sync.Mutex
	busy  bool // somebody leads
	queue []*call[In, Out]
}

// call is one caller.
type call[In, Out any] struct {
	in     In
	result Result[Out]
	wake   chan signal // one message ends the wait
}

// signal ends a wait.
type signal int

const (
	answered signal = iota // the result is there
	lead                   // you are the next leader
)

// New makes a group.
func New[In, Out any](o Options[In, Out]) *Group[In, Out] {
	o.Most = cmp.Or(o.Most, 256)
	o.Queue = cmp.Or(o.Queue, 8192)
	return &Group[In, Out]{o: o}
}

// Do commits in, together with whoever else is there, and returns its result.
func (g *Group[In, Out]) Do(ctx context.Context, in In) (Out, error) {
	c := &call[In, Out]{in: in}
	if err := ctx.Err(); err != nil {
		return c.result.Value, err
	}
	leads, err := g.join(c)
	if err != nil {
		return c.result.Value, err
	}
	if !leads {
		var s signal
		select {
		case s = <-c.wake:
		case <-ctx.Done():
			if g.leave(c) {
				return c.result.Value, ctx.Err()
			}
			s = <-c.wake
		}
		leads = s == lead
	}
	if leads {
		g.lead(ctx, c)
	}
	return c.result.Value, c.result.Err
}

// join says whether c leads; otherwise it waits in the queue from now on.
func (g *Group[In, Out]) join(c *call[In, Out]) (leads bool, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.busy {
		g.busy = true
		return true, nil
	}
	if len(g.queue) >= g.o.Queue {
		e := sale.E(sale.CodeOverloaded, "Too many people at this moment. Please try again.")
		e.RetryAfter = time.Second
		return false, e
	}
	c.wake = make(chan signal, 1)
	g.queue = append(g.queue, c)
	return false, nil
}

// leave takes c out of the queue; false when it is not there any more.
func (g *Group[In, Out]) leave(c *call[In, Out]) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, q := range g.queue {
		if q == c {
			copy(g.queue[i:], g.queue[i+1:])
			g.cut(len(g.queue) - 1)
			return true
		}
	}
	return false
}

// lead commits c with those who wait, then hands the lead on.
func (g *Group[In, Out]) lead(ctx context.Context, c *call[In, Out]) {
	batch := g.take(c)
	if g.o.Observe != nil {
		g.o.Observe(len(batch))
	}
	defer func() {
		// Also when Commit panics: then the leader's goroutine dies of it,
		// and the others hear of an error.
		g.handOn()
		for _, other := range batch[1:] {
			other.wake <- answered
		}
	}()
	ctx = context.WithoutCancel(ctx)
	if g.o.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, g.o.Timeout)
		defer cancel()
	}
	for _, each := range batch {
		each.result.Err = errors.New("group commit: the commit panicked")
	}
	if err := g.commit(ctx, batch); err != nil {
		g.apart(ctx, batch, err)
	}
}

// take forms the batch that c leads.
func (g *Group[In, Out]) take(c *call[In, Out]) []*call[In, Out] {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(g.queue), g.o.Most-1)
	batch := append(make([]*call[In, Out], 0, n+1), c)
	batch = append(batch, g.queue[:n]...)
	copy(g.queue, g.queue[n:])
	g.cut(len(g.queue) - n)
	return batch
}

// handOn makes the first who waits the leader, if anybody does.
func (g *Group[In, Out]) handOn() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.queue) == 0 {
		g.busy = false
		return
	}
	next := g.queue[0]
	copy(g.queue, g.queue[1:])
	g.cut(len(g.queue) - 1)
	next.wake <- lead
}

// cut shortens the queue to n and lets go of what was behind.
func (g *Group[In, Out]) cut(n int) {
	clear(g.queue[n:])
	g.queue = g.queue[:n]
}

// commit runs one transaction for the batch and fills in its results.
func (g *Group[In, Out]) commit(ctx context.Context, batch []*call[In, Out]) error {
	ins := make([]In, len(batch))
	for i, c := range batch {
		ins[i] = c.in
	}
	results, err := g.o.Commit(ctx, ins)
	if err != nil {
		return err
	}
	if len(results) != len(batch) {
		return fmt.Errorf("group commit: %d results for %d items", len(results), len(batch))
	}
	for i, c := range batch {
		c.result = results[i]
	}
	return nil
}

// apart tries the items of a failed batch one by one. A database that does
// not answer will not answer each of them either.
func (g *Group[In, Out]) apart(ctx context.Context, batch []*call[In, Out], err error) {
	code := sale.CodeOf(err)
	hopeless := len(batch) == 1 || code == sale.CodeUnavailable || code == sale.CodeOverloaded || ctx.Err() != nil
	for i, c := range batch {
		c.result.Err = err
		if hopeless {
			continue
		}
		if err := g.commit(ctx, batch[i:i+1]); err != nil {
			c.result.Err = err
		}
	}
}
