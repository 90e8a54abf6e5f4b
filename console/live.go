package console

import (
	"context"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/watch"
	"github.com/inturn/inturn/templates"
)

// What may be spent on catching up with a sale's past: for a page that
// somebody waits for, and at each look of the hub.
const (
	pageBudget = 40 * time.Millisecond
	lookBudget = 200 * time.Millisecond
)

// look is what the hub shows of a sale.
func (s *Server) look(ctx context.Context, slug string) ([]templates.LiveFragment, error) {
	return s.lookFor(ctx, slug, lookBudget)
}

func (s *Server) lookFor(ctx context.Context, slug string, budget time.Duration) ([]templates.LiveFragment, error) {
	snapshot, err := s.figures.Of(slug).Refresh(ctx, budget)
	if err != nil {
		return nil, err
	}
	return watch.Live(s.pages, snapshot, s.here(ctx))
}

// stillMay says, each time it is called, whether whoever opened a stream may
// still see the sale. It asks every few seconds: the session may have ended,
// or the role been taken away.
func (s *Server) stillMay(ctx context.Context, slug string) func() bool {
	token := s.sessions.Token(ctx)
	asked, may := s.clock(), true
	return func() bool {
		now := s.clock()
		if now.Sub(asked).Abs() < askAgain {
			return may
		}
		asked = now
		fresh, err := s.sessions.Load(withoutSession(ctx), token)
		if err != nil {
			may = false
			return may
		}
		o, ok, err := s.who(fresh)
		may = err == nil && ok && o.Role(slug).May(sale.RoleViewer)
		return may
	}
}

// askAgain is for how long an answer about who may watch holds.
const askAgain = 5 * time.Second

// withoutSession keeps the end of a context and forgets what it carries: the
// session's data as it was when the stream began.
func withoutSession(ctx context.Context) context.Context { return forgetful{ctx} }

type forgetful struct{ context.Context }

// Value forgets.
func (forgetful) Value(any) any { return nil }

// here are the parts that this very process watches and that are not well.
func (s *Server) here(ctx context.Context) []templates.LiveRole {
	if s.o.Health == nil {
		return nil
	}
	var all []templates.LiveRole
	for _, c := range s.o.Health.Check(ctx).Checks {
		if !c.OK {
			all = append(all, templates.LiveRole{Name: "This process: " + c.Name, State: "bad", Word: "look here", Says: c.Error})
		}
	}
	return all
}
