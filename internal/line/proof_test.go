package line_test

import (
	"context"
	"sync"
	"testing"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// with is a sign-up with a proof of work.
func with(name, proof string) line.SignUp {
	in := signUp(name)
	in.Proof = proof
	return in
}

// TestAProofGivesOnePlace: within one commit, in a later one, and after its
// place was left; in another sale it is another proof.
func TestAProofGivesOnePlace(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		r, err := b.SignUp(t.Context(), with("anna", "nonce1"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.SignUp(t.Context(), with("bert", "nonce1"))
		wantCode(t, err, sale.CodeBadProof)
		_, err = b.SignUp(t.Context(), with("anna", "nonce1"))
		wantCode(t, err, sale.CodeAlreadyInLine)
		if err := b.Withdraw(t.Context(), "lakeside", r.Number); err != nil {
			t.Fatal(err)
		}
		_, err = b.SignUp(t.Context(), with("anna", "nonce1"))
		wantCode(t, err, sale.CodeBadProof)
		if next, err := b.SignUp(t.Context(), with("bert", "nonce2")); err != nil || next.Number != 2 {
			t.Errorf("number %d, %v", next.Number, err)
		}
		b.join(t, "carl") // without one: demanding it is not the line's business
		b.join(t, "dora")
	})
}

// TestASpentProofTellsNothing of who is in line to anybody but whom it gave a
// place: one solution would answer for a whole list of addresses.
func TestASpentProofTellsNothing(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		if _, err := b.SignUp(t.Context(), with("anna", "nonce1")); err != nil {
			t.Fatal(err)
		}
		b.join(t, "bert")
		_, inLine := b.SignUp(t.Context(), with("bert", "nonce1"))
		_, stranger := b.SignUp(t.Context(), with("carl", "nonce1"))
		wantCode(t, inLine, sale.CodeBadProof)
		wantCode(t, stranger, sale.CodeBadProof)
		if inLine.Error() != stranger.Error() {
			t.Errorf("who is in line hears %q, a stranger %q", inLine, stranger)
		}
		// An own form that is sent twice is answered as ever.
		_, err := b.SignUp(t.Context(), with("anna", "nonce1"))
		wantCode(t, err, sale.CodeAlreadyInLine)
	})
}

// TestAProofGivesOnePlaceInARace: however many come with it at once.
func TestAProofGivesOnePlaceInARace(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		var mu sync.Mutex
		codes := map[sale.Code]int{}
		var group sync.WaitGroup
		for _, name := range names(30) {
			group.Go(func() {
				_, err := b.SignUp(t.Context(), with(name, "nonce"))
				mu.Lock()
				defer mu.Unlock()
				codes[sale.CodeOf(err)]++
			})
		}
		group.Wait()
		if codes[""] != 1 || codes[sale.CodeBadProof] != 29 {
			t.Errorf("%v, want one place", codes)
		}
	})
}

// TestTheNetworkIsKept as it was given, and as nothing when it was not.
func TestTheNetworkIsKept(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		in := signUp("anna")
		in.Network = -7
		if _, err := b.SignUp(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		b.join(t, "bert")
		err := b.db.Read(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
			var kept, none int
			err := tx.QueryRow(ctx, `SELECT COUNT(*), (SELECT COUNT(*) FROM registrations WHERE network IS NULL) FROM registrations WHERE network = -7`).
				Scan(&kept, &none)
			if kept != 1 || none != 1 {
				t.Errorf("%d kept, %d without", kept, none)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
