package registration

import (
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
)

// TestReceiptOfAnotherAddress: a receipt that went to an address which was
// corrected since, or to somebody who was erased, opens nothing: whoever has
// it would see the right address, and the link of the next offer.
func TestReceiptOfAnotherAddress(t *testing.T) {
	w := newWorld(t, nil)
	w.at(noon)
	old := w.atPlace(line.Place{Waiting: true, Since: noon})
	w.get(old).wants(t, 404, "not", "fan@example.org")
	renewed := "/lakeside-2027/place/" + w.keys.Receipt("lakeside-2027", 7, noon)
	w.get(renewed).wants(t, 200, "fan@example.org")
	w.get(w.atPlace(line.Place{Erased: true})).wants(t, 404)
	if w.keys.Receipt("lakeside-2027", 7, time.Time{}) == w.keys.Receipt("lakeside-2027", 7, noon) {
		t.Error("both receipts are the same")
	}
}
