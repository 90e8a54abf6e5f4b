package sqldbtest

import (
	"testing"

	"github.com/inturn/inturn/internal/sqldb"
)

// TestIndexed: what visits a whole sale is found, under any name.
func TestIndexed(t *testing.T) {
	x := Indexed{Large: []string{"offers", "outbox"}, Few: []string{"offers_open", "outbox_due"}}
	for _, tt := range []struct {
		statement, step string
		found           bool
	}{
		{`SELECT COUNT(*) FROM offers`, "SCAN offers", true},
		{`SELECT COUNT(*) FROM offers`, "SCAN offers USING COVERING INDEX offers_batch", true},
		{`SELECT COUNT(*) FROM offers WHERE state = 'open'`, "SCAN offers USING INDEX offers_open", false},
		{`SELECT 1 FROM sales s JOIN offers o ON o.sale_id = s.id`, "SCAN o", true},
		{`SELECT 1 FROM sales s JOIN offers AS o ON o.sale_id = s.id`, "SEARCH o USING INDEX offers_batch (sale_id=?)", true},
		{`SELECT 1 FROM sales s`, "SCAN s", false},
		{`SELECT 1 FROM sales WHERE sale_id = $1`, "SEARCH sales USING INDEX sales_one (sale_id=?)", false},
		{`UPDATE outbox SET tries = 0 WHERE sale_id = $1 AND kind = 'offer'`, "SEARCH outbox USING INDEX sqlite_autoindex_outbox_1 (sale_id=? AND kind=?)", true},
		{`UPDATE outbox SET tries = 0 WHERE sale_id = $1 AND number = $2`, "SEARCH outbox USING INDEX outbox_number (sale_id=? AND number=?)", false},
		{`UPDATE outbox SET tries = 0 WHERE sale_id = $1`, "SEARCH outbox USING INDEX outbox_due (sale_id=?)", false},
		{`INSERT INTO sales (slug) VALUES ($1)`, "SEARCH offers USING INDEX offers_batch (sale_id=?)", false},
		{`INSERT INTO sales SELECT id FROM offers`, "SCAN offers", true},
	} {
		step := x.walks(sqldb.Explained{Statement: tt.statement, Steps: []string{tt.step}})
		if found := step != ""; found != tt.found {
			t.Errorf("%s\n\t%s: found %t", tt.statement, tt.step, found)
		}
	}
}
