package line

import (
	"context"
	"fmt"
	"strconv"

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

// lookForProofs reads, under the lock, which of the group's proofs have given
// a place already. A group without any, as in every sale that does not demand
// them, asks nothing.
func (g *signUpGroupOf) lookForProofs(ctx context.Context, tx *sqldb.Tx) error {
	g.proofs = map[string]bool{}
	var wanted []string
	for _, i := range g.index {
		if p := g.proofOf(g.ins[i]); p != "" {
			wanted = append(wanted, p)
		}
	}
	for _, chunk := range sqldb.Chunks(wanted) {
		used, err := texts(ctx, tx, `SELECT proof FROM registrations WHERE proof IS NOT NULL AND proof IN (`+
			sqldb.Marks(1, len(chunk))+`)`, chunk...)
		if err != nil {
			return fmt.Errorf("look up proofs: %w", err)
		}
		for _, p := range used {
			g.proofs[p] = true
		}
	}
	return nil
}

func nullInt(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}
