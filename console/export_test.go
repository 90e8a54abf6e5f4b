package console

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/export"
	"github.com/inturn/inturn/internal/sale"
)

const exportPath = "/sales/lakeside-2027/export"

// TestExports: everything the page lists can be taken out, as both formats;
// addresses by managers only.
func TestExports(t *testing.T) {
	h := newHouse(t)
	h.full()
	if listed := sheets(); len(listed) != len(export.What()) {
		t.Errorf("%d sheets are listed, %d can be had", len(listed), len(export.What()))
	}
	for _, name := range []string{"viewer", "manager"} {
		b := h.as(name)
		b.want(b.get(exportPath), 200, "<h1>Export</h1>", "registrations.csv", "ledger.json")
		for _, what := range export.What() {
			w := b.get(exportPath + "/" + what + ".csv")
			rows, err := csv.NewReader(w.Body).ReadAll()
			if err != nil || w.Code != 200 || len(rows) < 2 || w.Header().Get("Content-Disposition") != `attachment; filename="lakeside-2027-`+what+`.csv"` {
				t.Errorf("%s, %s: %d rows, %v, %v", name, what, len(rows), err, w.Header())
			}
			w = b.get(exportPath + "/" + what + ".json")
			var objects []map[string]any
			text := w.Body.String()
			if err := json.Unmarshal([]byte(text), &objects); err != nil || len(objects) != len(rows)-1 || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") {
				t.Errorf("%s, %s: %d objects, %v, %v", name, what, len(objects), err, w.Header())
			}
			has := strings.Contains(text, "@fans.example")
			if wants := name == "manager" && (what == "registrations" || what == "orders"); has != wants {
				t.Errorf("%s takes out %s: addresses %v, want %v", name, what, has, wants)
			}
		}
		for _, wrong := range []string{"people.csv", "audit.xlsx", "audit", ".csv", "..%2Faudit.csv"} {
			b.want(b.get(exportPath+"/"+wrong), 404)
		}
	}
}

// faltering is a box office that stops answering in the middle of its ledger.
type faltering struct{ BoxOffice }

func (faltering) Ledger(_ context.Context, _ string, after int64, limit int) (page []sale.Transfer, err error) {
	if after > 5000 {
		return nil, errors.New("no answer")
	}
	for i := range limit {
		page = append(page, sale.Transfer{ID: after + 1 + int64(i), At: noon, Pool: "capacity", Source: "available", Target: "offered", Units: 1})
	}
	return page, nil
}

// TestExportThatBreaksOff: who downloads it hears that it is not the whole.
func TestExportThatBreaksOff(t *testing.T) {
	h := newHouse(t)
	h.open(func(o *Options) { o.BoxOffice = faltering{h.box} })
	b := h.as("viewer")
	byNumber, _ := h.serve()
	for _, what := range []string{"ledger.csv", "ledger.json"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, byNumber+exportPath+"/"+what, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.AddCookie(&http.Cookie{Name: cookieName, Value: b.cookie})
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err == nil || answer.StatusCode != 200 || len(body) < 10_000 {
			t.Errorf("%s: status %d, %d bytes, %v", what, answer.StatusCode, len(body), err)
		}
	}
}
