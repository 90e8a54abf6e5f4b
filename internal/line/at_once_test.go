package line_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// atOnce does the same n times at the same moment, and counts the answers by
// their code; "" is a success.
func atOnce(n int, do func(i int) error) map[sale.Code]int {
	var mu sync.Mutex
	var all sync.WaitGroup
	answers := map[sale.Code]int{}
	for i := range n {
		all.Go(func() {
			err := do(i)
			mu.Lock()
			defer mu.Unlock()
			answers[sale.CodeOf(err)]++
		})
	}
	all.Wait()
	return answers
}

// As many drafts, and as many invitations an hour, as one after another.
func TestLimitsHoldAtOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ann := b.organizer(t, "ann", true)
		got := atOnce(40, func(int) error { _, err := b.NewDraft(t.Context(), ann.ID, nil); return err })
		if got[""] != 20 || got[sale.CodeInvalid] != 20 {
			t.Errorf("drafts: %v", got)
		}
		l, err := line.New(t.Context(), line.Options{DB: b.db, Clock: b.clock.Now}) // the bench's chance is for one at a time
		if err != nil {
			t.Fatal(err)
		}
		got = atOnce(50, func(i int) error {
			address := fmt.Sprintf("ben%d@lakeside.example", i)
			_, err := l.Invite(t.Context(), line.Invite{
				Sale: "lakeside", Address: sale.Address{Typed: address, Canonical: address}, Role: sale.RoleViewer, Inviter: ann.ID,
			})
			return err
		})
		if got[""] != 30 || got[sale.CodeTooMany] != 20 {
			t.Errorf("invitations: %v", got)
		}
	})
}

// Of all who create the same sale at the same moment one does, and the others
// hear of it; the same file twice is the same sale.
func TestCreatedAtOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		create := func(slug string, source line.Source) map[sale.Code]int {
			return atOnce(12, func(i int) error {
				s := testSale()
				s.Slug = slug
				if source == line.FromConsole {
					s.Caps.Standby += i
				}
				_, err := b.Write(t.Context(), s, line.Edit{Actor: "ann", Source: source})
				return err
			})
		}
		if got := create("typed", line.FromConsole); got[""] != 1 || got[sale.CodeSaleChanged] != 11 {
			t.Errorf("in the console: %v", got)
		}
		if got := create("filed", line.FromFile); got[""] != 12 {
			t.Errorf("from a file: %v", got)
		}
	})
}

// Somebody who is right takes the memory of wrong guesses away while another
// guess is being counted: that one counts as the first. With SQLite the two
// exclude each other.
func TestGuessWhileAnotherWasRight(t *testing.T) {
	db := sqldbtest.Open(t, sqldbtest.Postgres(t)(), sqldb.Options{})
	right, err := line.New(t.Context(), line.Options{DB: db, Clock: func() time.Time { return start }})
	if err != nil {
		t.Fatal(err)
	}
	guards := []line.Guard{{Who: "a", Free: 5, First: time.Minute, Most: time.Hour}, {Who: "b", Free: 5, First: time.Minute, Most: time.Hour}}
	var looks, was atomic.Int64
	looks.Store(-1000)
	guessing, err := line.New(t.Context(), line.Options{DB: db, Clock: func() time.Time {
		// The first look is the one before anything is written, the second that of
		// making the rows, the third comes before they are held.
		if looks.Add(1) == 3 {
			if err := right.GuessedRight(t.Context(), guards); err != nil {
				t.Error(err)
			}
			was.Add(1)
		}
		return start
	}})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := guessing.Guess(t.Context(), guards); err != nil {
			t.Fatal(err)
		}
		looks.Store(0)
	}
	if was.Load() != 1 {
		t.Errorf("somebody was right %d times", was.Load())
	}
}

// Of recovery codes that are made anew twice at the same moment only one set is
// good: the other was shown to somebody who knows no better.
func TestOneSetOfRecoveryCodes(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ann := b.organizer(t, "ann", true)
		set := func(n int) [][]byte { return [][]byte{{byte(n), 1}, {byte(n), 2}} }
		if err := b.AddFactor(t.Context(), ann.ID, line.Factor{Secret: "sealed", Step: 1, Codes: set(100)}); err != nil {
			t.Fatal(err)
		}
		if got := atOnce(12, func(i int) error { return b.ReplaceRecoveryCodes(t.Context(), ann.ID, set(i)) }); got[""] != 12 {
			t.Errorf("%v", got)
		}
		if n, err := b.RecoveryCodes(t.Context(), ann.ID); err != nil || n != 2 {
			t.Errorf("%d codes are good, %v", n, err)
		}
		if err := b.RemoveFactor(t.Context(), ann.ID); err != nil {
			t.Fatal(err)
		}
		wantCode(t, b.ReplaceRecoveryCodes(t.Context(), ann.ID, set(0)), sale.CodeTooLate)
	})
}

// An invitation that is accepted and withdrawn at the same moment is one of the
// two, also in the audit.
func TestAcceptedOrWithdrawn(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ann := b.organizer(t, "ann", true)
		var refs []string
		for i := range 10 {
			refs = append(refs, b.invite(t, "lakeside", fmt.Sprintf("ben%d", i), sale.RoleViewer, ann.ID).Ref)
		}
		before := b.count(t, `SELECT COUNT(*) FROM audit WHERE action IN ('join', 'withdraw invitation')`)
		got := atOnce(2*len(refs), func(i int) error {
			if i%2 == 0 {
				return b.WithdrawInvitation(t.Context(), refs[i/2], "lakeside", "ann")
			}
			_, err := b.AcceptInvitation(t.Context(), refs[i/2], "hash")
			return err
		})
		if got[""]+got[sale.CodeConfirmOver] != 2*len(refs) {
			t.Errorf("%v", got)
		}
		if n := b.count(t, `SELECT COUNT(*) FROM audit WHERE action IN ('join', 'withdraw invitation')`) - before; n != len(refs) {
			t.Errorf("%d rows in the audit of %d invitations", n, len(refs))
		}
	})
}

// Somebody is made an owner while one removes him and another the only owner:
// whatever comes first, somebody owns the installation.
func TestOwnedWhoeverIsRemovedAtOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.organizer(t, "root", false)
		for round := range 20 {
			ann, ben := b.organizer(t, fmt.Sprintf("ann%d", round), true), b.organizer(t, fmt.Sprintf("ben%d", round), false)
			acts := []func() error{
				func() error { return b.RemoveOrganizer(t.Context(), ben.ID, "ann") },
				func() error { return b.SetEverything(t.Context(), ben.ID, true, "ann") },
				func() error { return b.RemoveOrganizer(t.Context(), ann.ID, "ben") },
			}
			got := atOnce(3*len(acts), func(i int) error { return acts[i%len(acts)]() })
			if n := b.count(t, `SELECT COUNT(*) FROM organizers WHERE everything = 1`); n == 0 {
				t.Fatalf("nobody owns everything after %v", got)
			}
			if got[sale.CodeInternal] > 0 {
				t.Errorf("%v", got)
			}
			if err := b.db.Write(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
				_, err := tx.Exec(ctx, `DELETE FROM organizers WHERE everything = 1`)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// Who is removed while somebody gives them a role is gone, or had it before.
func TestRoleOfWhoIsRemovedAtOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.organizer(t, "ann", true)
		for i := range 20 {
			ben := b.organizer(t, fmt.Sprintf("ben%d", i), false)
			got := atOnce(6, func(i int) error {
				if i == 3 {
					return b.RemoveOrganizer(t.Context(), ben.ID, "ann")
				}
				role := []sale.Role{sale.RoleViewer, sale.RoleManager, sale.RoleOwner}[i%3]
				return b.SetRole(t.Context(), ben.ID, "lakeside", role, "ann")
			})
			if got[""]+got[sale.CodeNotFound] != 6 {
				t.Fatalf("%v", got)
			}
		}
		if n := b.count(t, `SELECT COUNT(*) FROM organizer_roles`); n != 0 {
			t.Errorf("%d roles of nobody", n)
		}
	})
}
