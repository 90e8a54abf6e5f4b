package line_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// Somebody else's change is not taken back by whoever has not seen it.
func TestEditsThatWereMadeFromAnOlderVersion(t *testing.T) {
	file := func(base, over int64) line.Edit {
		return line.Edit{Actor: "cli:ann", Source: line.FromFile, Base: base, Over: over}
	}
	console := func(base, over int64) line.Edit {
		return line.Edit{Actor: "bea@lakeside.example", Source: line.FromConsole, Base: base, Over: over}
	}
	type step struct {
		edit         line.Edit
		batch, stock int
		want         int64 // version then in force, 0 for refused
	}
	for name, steps := range map[string][]step{
		"a file alone goes on":                 {{file(0, 0), 4, 12, 2}, {file(0, 0), 5, 12, 3}},
		"an older file":                        {{console(1, 0), 4, 12, 2}, {file(0, 0), 3, 13, 0}},
		"an older file that says so":           {{file(0, 0), 4, 12, 2}, {file(1, 0), 3, 13, 0}},
		"a file made from the newest":          {{console(1, 0), 4, 12, 2}, {file(2, 0), 4, 13, 3}},
		"a file from a version that never was": {{file(9, 0), 4, 12, 0}},
		"knowingly over the newest":            {{console(1, 0), 4, 12, 2}, {file(0, 2), 3, 13, 3}},
		"over one that is not the newest":      {{console(1, 0), 4, 12, 2}, {console(2, 0), 5, 12, 3}, {file(0, 2), 3, 13, 0}},
		"the same again is no change":          {{console(1, 0), 4, 12, 2}, {file(1, 0), 4, 12, 2}},
		// The file has seen version 2 by saying the same.
		"a file that caught up":          {{console(1, 0), 4, 12, 2}, {file(1, 0), 4, 12, 2}, {file(0, 0), 5, 12, 3}},
		"a console that looked too long": {{console(1, 0), 4, 12, 2}, {console(1, 0), 3, 13, 0}},
		"the console over a file":        {{file(0, 0), 4, 12, 2}, {console(1, 0), 3, 13, 0}, {console(2, 0), 3, 13, 3}},
		"a new sale under a slug in use": {{console(0, 0), 4, 12, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, b *bench) {
				for i, step := range steps {
					tried, tryErr := b.Try(t.Context(), changed(step.batch, step.stock), step.edit)
					got, err := b.Write(t.Context(), changed(step.batch, step.stock), step.edit)
					if tried.Version != got.Version || tried.New != got.New || sale.CodeOf(tryErr) != sale.CodeOf(err) || len(tried.Changes) != len(got.Changes) {
						t.Errorf("step %d: tried %+v, %v; did %+v, %v", i+1, tried, tryErr, got, err)
					}
					switch {
					case step.want == 0:
						wantCode(t, err, sale.CodeSaleChanged)
					case err != nil || got.Version != step.want:
						t.Fatalf("step %d: %+v, %v; want version %d", i+1, got, err, step.want)
					}
				}
			})
		})
	}
}

func changed(batch, stock int) sale.Sale {
	s := testSale()
	s.Dispatch.Batch, s.Tickets.Types[0].Stock = batch, stock
	return s
}

// A refusal says who changed what was not seen, and what would be lost.
func TestRefusedEditTellsTheDifference(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		if _, err := b.Write(t.Context(), changed(7, 12), line.Edit{Actor: "bea@lakeside.example", Source: line.FromConsole, Base: 1}); err != nil {
			t.Fatal(err)
		}
		older := changed(3, 20)
		older.Organizer.Name = ""
		older.Mail.ReplyTo = "help@lakeside.example"
		_, err := b.Write(t.Context(), older, line.Edit{Actor: "cli:ann", Source: line.FromFile})
		var refused *sale.Error
		if !errors.As(err, &refused) {
			t.Fatal(err)
		}
		for _, want := range []string{
			"Version 2 is newer: bea@lakeside.example wrote it in the console on 10 March 2027, 10:00 CET. This was made from version 1.",
			"dispatch.batch: would be 3, and is 7 now",
			"tickets.types.ticket.stock: would be 20, and is 12 now",
			"organizer.name: would be left out, and is Lakeside Ltd now",
			"mail.reply_to: would be help@lakeside.example, and is not set now",
		} {
			if !strings.Contains(refused.Error(), want) {
				t.Errorf("%v\nmisses %q", refused, want)
			}
		}
		if v, err := b.Version(t.Context(), "lakeside", 0); err != nil || v.Sale.Version != 2 || v.Source != line.FromConsole {
			t.Errorf("newest: %+v, %v", v, err)
		}
	})
}

// What the box office refused afterwards was nobody else's change.
func TestFileMadeFromARefusedVersion(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		file := line.Edit{Actor: "cli:ann", Source: line.FromFile}
		if _, err := b.Write(t.Context(), changed(7, 12), file); err != nil {
			t.Fatal(err)
		}
		if err := b.RefuseVersion(t.Context(), "lakeside", 2, "no"); err != nil {
			t.Fatal(err)
		}
		if v, err := b.Version(t.Context(), "lakeside", 2); err != nil || !v.Refused || v.Why != "no" {
			t.Errorf("version 2: %+v, %v", v, err)
		}
		console := line.Edit{Actor: "bea@lakeside.example", Source: line.FromConsole, Base: 2}
		if _, err := b.Write(t.Context(), changed(8, 12), console); sale.CodeOf(err) != sale.CodeSaleChanged {
			t.Errorf("a form that shows the refused version: %v", err)
		}
		if got, err := b.Write(t.Context(), changed(8, 12), file); err != nil || got.Version != 3 {
			t.Errorf("the file, corrected: %+v, %v", got, err)
		}
	})
}

func TestEditNeedsASource(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		if _, err := b.Write(t.Context(), changed(7, 12), line.Edit{Actor: "ann"}); err == nil {
			t.Error("an edit from nowhere was written")
		}
	})
}

func TestVersionsThatAreNotThere(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for slug, version := range map[string]int64{"lakeside": 2, "sea": 0} {
			_, err := b.Version(t.Context(), slug, version)
			wantCode(t, err, sale.CodeNotFound)
		}
	})
}
