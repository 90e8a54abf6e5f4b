package dispatcher

import (
	"context"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// put brings the newest version of the sale, and the public keys, to the box
// office. What its ledger cannot keep is taken back on the line with the box
// office's words.
func (d *Dispatcher) put(ctx context.Context, lease line.Lease) error {
	return PutSale(ctx, d.Line, heard{d}, lease.Slug, d.Keys.Public())
}

// heard is the box office with its answers noted for readiness. A first
// version that cannot be put is the only call that is made at all: unnoted,
// nobody would learn why no offer goes out.
type heard struct{ d *Dispatcher }

func (h heard) Put(ctx context.Context, s sale.Sale, keys []sale.PublicKey) error {
	err := h.d.BoxOffice.Put(ctx, s, keys)
	h.d.health.boxOffice(err)
	return err
}

// Putter is the part of the box office that takes a sale's versions.
type Putter interface {
	Put(ctx context.Context, s sale.Sale, keys []sale.PublicKey) error
}

// PutSale puts what a sale's box office lacks, and records the answer on the
// line: stored, refused, or why it is still pending. The error is the box
// office's when it refused or could not be reached.
func PutSale(ctx context.Context, l *line.Line, box Putter, slug string, keys []sale.PublicKey) error {
	missing, ok, err := l.Unstored(ctx, slug, keys)
	if err != nil || !ok {
		return err
	}
	putErr := box.Put(ctx, missing.Sale, missing.Keys)
	switch sale.CodeOf(putErr) {
	case "":
		return l.MarkStored(ctx, missing)
	case sale.CodeCutBelow:
		if err := l.RefuseVersion(ctx, slug, missing.Sale.Version, messageOf(putErr)); err != nil {
			return err
		}
	default:
		if err := l.MarkPending(ctx, slug, messageOf(putErr)); err != nil {
			return err
		}
	}
	return putErr
}
