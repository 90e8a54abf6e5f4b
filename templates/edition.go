package templates

import (
	"fmt"
	"hash/fnv"
	"strconv"
)

// Edition changes whenever the page has something else to say. A page that is
// open asks for it, and for itself only when it is another.
func (d *PlacePage) Edition() string {
	order := ""
	if d.Order != nil {
		order = d.Order.Code
	}
	return edition(d.Sale.Version, d.State, d.Class, d.Reached, d.Paused, d.About.Unix(), d.NotBefore.Unix(), d.Most, d.Ends.Unix(), order, d.Frozen, d.Moved)
}

// Edition is the same for the page of an offer: when it ends, and whether the
// clocks stand still. What is left of the tickets the fan learns when he buys.
func (p OfferPage) Edition() string {
	return edition(p.Ends.Unix(), p.Frozen, p.Moved)
}

// Edition is the same for the page of a line.
func (d *ProgressPage) Edition() string {
	return edition(d.Sale.Version, d.State, d.Paused, d.Reached, d.Registered, d.Guaranteed, d.Serving, d.Next.Unix(), d.GuaranteedBy.Unix())
}

// edition is short; that two differ and look the same costs a reader one
// round at worst.
func edition(said ...any) string {
	h := fnv.New64a()
	_, _ = fmt.Fprintln(h, said...) // a hash takes everything
	return strconv.FormatUint(h.Sum64(), 36)
}
