package boxoffice

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// Put stores a version of a sale and the line's public keys, and brings the
// stock to what the version says. It refuses, and then stores nothing:
//
//   - CodeCutBelow: less than what is sold or offered, with the numbers;
//   - CodeStale: an older version than the one in force, or another document
//     under its number;
//   - CodeInvalid: what no sale file could say.
//
// The version in force again is fine, and may bring new keys.
func (b *BoxOffice) Put(ctx context.Context, s sale.Sale, keys []sale.PublicKey) error {
	if err := checkPut(&s, keys); err != nil {
		return err
	}
	document, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("write sale %s: %w", s.Slug, err)
	}
	return b.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO sales (slug, version, feed) VALUES ($1, 0, 0) ON CONFLICT (slug) DO NOTHING`,
			s.Slug); err != nil {
			return fmt.Errorf("store sale %s: %w", s.Slug, err)
		}
		k, err := b.open(ctx, tx, s.Slug)
		if err != nil {
			return err
		}
		if err := putKeys(ctx, tx, keys); err != nil {
			return err
		}
		if s.Version <= k.version {
			return isStored(ctx, tx, k, s.Version, document)
		}
		if err := k.restock(&s); err != nil {
			return err
		}
		if err := putVersion(ctx, tx, k, s.Version, document); err != nil {
			return err
		}
		return k.close(ctx, tx)
	})
}

// checkPut refuses what would break the ledger's own promises, whoever sent
// it. Schedules are the line's business.
func checkPut(s *sale.Sale, keys []sale.PublicKey) error {
	fields := s.Validate(nil)
	if s.Version < 1 {
		fields = append(fields, sale.FieldError{Field: "version", Message: "counts from 1"})
	}
	for _, key := range keys {
		if !plain(key.KID) || len(key.X) != ed25519.PublicKeySize {
			fields = append(fields, sale.FieldError{Field: "keys", Message: "an Ed25519 key is 32 bytes with a name"})
		}
	}
	if len(fields) == 0 {
		return nil
	}
	e := sale.E(sale.CodeInvalid, "The box office cannot take this sale: %s.", sentence(fields))
	e.Fields = fields
	return e
}

// putKeys adds what is new. A key never changes under its name.
func putKeys(ctx context.Context, tx *sqldb.Tx, keys []sale.PublicKey) error {
	for _, key := range keys {
		if _, err := tx.Exec(ctx, `INSERT INTO keys (kid, x, created) VALUES ($1, $2, $3) ON CONFLICT (kid) DO NOTHING`,
			key.KID, key.X, sqldb.Millis(key.Created)); err != nil {
			return fmt.Errorf("store key %s: %w", key.KID, err)
		}
		var stored []byte
		if err := tx.QueryRow(ctx, `SELECT x FROM keys WHERE kid = $1`, key.KID).Scan(&stored); err != nil {
			return fmt.Errorf("read key %s: %w", key.KID, err)
		}
		if !bytes.Equal(stored, key.X) {
			return sale.E(sale.CodeInvalid, "Another key is stored here under the name %s.", key.KID)
		}
	}
	return nil
}

// isStored answers a version that is not new: nil when it is the one in
// force, word for word.
func isStored(ctx context.Context, tx *sqldb.Tx, k *books, version int64, document []byte) error {
	if version < k.version {
		return sale.E(sale.CodeStale, "Version %d is older than version %d, which is in force here.", version, k.version)
	}
	var stored string
	if err := tx.QueryRow(ctx, `SELECT document FROM sale_versions WHERE sale = $1 AND version = $2`,
		k.slug, version).Scan(&stored); err != nil {
		return fmt.Errorf("read version %d of %s: %w", version, k.slug, err)
	}
	if stored != string(document) {
		return sale.E(sale.CodeStale, "Another version %d is in force here.", version)
	}
	return nil
}

func putVersion(ctx context.Context, tx *sqldb.Tx, k *books, version int64, document []byte) error {
	if _, err := tx.Exec(ctx, `INSERT INTO sale_versions (sale, version, document, stored) VALUES ($1, $2, $3, $4)`,
		k.slug, version, string(document), sqldb.Millis(k.now)); err != nil {
		return fmt.Errorf("store version %d of %s: %w", version, k.slug, err)
	}
	if _, err := tx.Exec(ctx, `UPDATE sales SET version = $2 WHERE slug = $1`, k.slug, version); err != nil {
		return fmt.Errorf("store version %d of %s: %w", version, k.slug, err)
	}
	return nil
}

// restock brings every pool to its stock in s, or refuses all that cannot be
// kept at once.
func (k *books) restock(s *sale.Sale) error {
	want := map[string]int{sale.CapacityPool: s.Tickets.Capacity}
	field := map[string]string{sale.CapacityPool: "tickets.capacity"}
	k.ledger.add(sale.CapacityPool)
	for i, t := range s.Tickets.Types {
		want[t.ID], field[t.ID] = t.Stock, fmt.Sprintf("tickets.types[%d].stock", i)
		k.ledger.add(t.ID)
	}
	var cuts []sale.FieldError
	for _, pool := range k.ledger.pools() {
		p := poolStock(k.ledger.balances, pool)
		if want[pool] >= p.Offered+p.Sold {
			continue
		}
		cut := sale.FieldError{Field: field[pool], Message: fmt.Sprintf(
			"%d is less than the %d tickets that are sold (%d) or offered (%d)", want[pool], p.Sold+p.Offered, p.Sold, p.Offered)}
		if _, ok := want[pool]; !ok {
			cut = sale.FieldError{Field: "tickets.types", Message: fmt.Sprintf(
				"%s cannot be left out, since %d of it are sold", pool, p.Sold)}
		}
		cuts = append(cuts, cut)
	}
	if len(cuts) > 0 {
		e := sale.E(sale.CodeCutBelow, "The box office cannot keep this: %s.", sentence(cuts))
		e.Fields = cuts
		return e
	}
	for _, pool := range k.ledger.pools() {
		k.adjust(pool, want[pool])
	}
	return nil
}

// adjust issues what a pool lacks, or takes back what it has too many.
func (k *books) adjust(pool string, want int) {
	have := -k.ledger.balance(pool, issued)
	k.ledger.move(transfer{pool: pool, source: issued, target: available, units: max(want-have, 0), reason: forIssue})
	k.ledger.move(transfer{pool: pool, source: available, target: issued, units: max(have-want, 0), reason: forCut})
}

// sentence is all errors in one line, for those who get no fields.
func sentence(fields []sale.FieldError) string {
	all := make([]string, len(fields))
	for i, f := range fields {
		all[i] = f.String()
	}
	return strings.Join(all, "; ")
}
