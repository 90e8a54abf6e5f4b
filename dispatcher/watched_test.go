package dispatcher_test

import (
	"time"

	"github.com/inturn/inturn/internal/line"
)

// watched is what the live page and the report read, a test mail that an
// organizer sends himself, and what the page of freezes asks.
func (w *theatre) watched() {
	w.Helper()
	ctx := w.Context()
	var st line.State
	w.scene("state", func() (err error) { st, err = w.line.Sale(ctx, slug); return err })
	for what, read := range map[string]func() error{
		"given before": func() error {
			_, err := w.line.GivenBefore(ctx, st.ID, 0, []time.Time{w.clock.Now()})
			return err
		},
		"batches":          func() error { _, err := w.line.BatchTallies(ctx, st.ID, 1, 2); return err },
		"hand-overs after": func() error { _, err := w.line.HandOversAfter(ctx, 0, 9); return err },
		"hand-overs":       func() error { _, err := w.line.HandOvers(ctx, []int64{1}); return err },
		"waiting":          func() error { _, err := w.line.Waiting(ctx, st); return err },
		"queues":           func() error { _, err := w.line.Queues(ctx, st); return err },
		"signs of life":    func() error { _, err := w.line.Signs(ctx, st.ID); return err },
		"journeys":         func() error { _, err := w.line.Journeys(ctx, st.ID, 0, 9); return err },
		"steps":            func() error { _, err := w.line.Steps(ctx, st.ID, "pause"); return err },
		"flows":            func() error { _, err := w.box.Flows(ctx, slug, 0); return err },
		"test mail": func() error {
			ref, err := w.line.QueueTest(ctx, line.TestMail{Sale: slug, About: "offer", Lang: "en", Address: "ada@office.example"})
			if err != nil {
				return err
			}
			_, err = w.line.TestMail(ctx, slug, ref)
			return err
		},
		"untold freezes": func() error {
			untold, err := w.line.UntoldFreezes(ctx, slug)
			if err != nil {
				return err
			}
			return w.line.FreezesTold(ctx, slug, untold)
		},
	} {
		w.scene(what, read)
	}
	w.beat()
}
