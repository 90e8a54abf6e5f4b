package line

import (
	"context"
	"fmt"
	"strconv"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// proofOf is what is stored of a proof of work: enough to know it again in
// this sale.
func (g *signUpGroupOf) proofOf(in SignUp) string {
	if in.Proof == "" {
		return ""
	}
	return strconv.FormatInt(g.sale.id, 10) + ":" + in.Proof
}

// lookForProofs reads, under the lock, whom the group's proofs have given a
// place already. A group without any, as in every sale that does not demand
// them, asks nothing.
func (g *signUpGroupOf) lookForProofs(ctx context.Context, tx *sqldb.Tx) error {
	g.proofs = map[string]string{}
	var wanted []string
	for _, i := range g.index {
		if p := g.proofOf(g.ins[i]); p != "" {
			wanted = append(wanted, p)
		}
	}
	for _, chunk := range sqldb.Chunks(wanted) {
		if err := g.usedProofs(ctx, tx, chunk); err != nil {
			return fmt.Errorf("look up proofs: %w", err)
		}
	}
	return nil
}

func (g *signUpGroupOf) usedProofs(ctx context.Context, tx *sqldb.Tx, proofs []any) error {
	return tx.Each(ctx, func(row sqldb.Row) error {
		var proof, who string
		err := row.Scan(&proof, &who)
		g.proofs[proof] = who
		return err
	}, `SELECT proof, COALESCE(identity, '') FROM registrations WHERE proof IS NOT NULL AND proof IN (`+
		sqldb.Marks(1, len(proofs))+`)`, proofs...)
}

// spent says whether the proof of a sign-up gave a place already, and whether
// that was somebody else's. Only who brought it may hear more than that it is
// spent: else one solution would tell of any address whether it is in line.
func (g *signUpGroupOf) spent(in SignUp, who string) (spent, byAnother bool) {
	by, spent := g.proofs[g.proofOf(in)]
	return spent, spent && by != who
}

func proofSpent() error {
	return sale.E(sale.CodeBadProof, "This solution has been used already.")
}

func nullInt(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}
