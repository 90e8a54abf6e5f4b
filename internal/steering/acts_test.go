package steering_test

import (
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/steering"
)

// Every act does what it is called, or says why it makes no sense.
func TestDo(t *testing.T) {
	tomorrow := now.Add(24 * time.Hour)
	for name, c := range map[string]struct {
		act    steering.Act
		now    func(*steering.Now)
		want   func(*steering.Next)
		reason string
	}{
		"open": {steering.OpenForm, func(n *steering.Now) {
			n.Sale.Registration.Opens = tomorrow
			n.Sale.Registration.Closes = tomorrow.Add(1)
			n.Sale.Dispatch.Starts = tomorrow
		}, func(n *steering.Next) { n.Sale.Registration.Opens = now }, ""},
		"open again":     {steering.OpenForm, func(n *steering.Now) { n.Sale.Registration.Closes = now }, func(n *steering.Next) { n.Sale.Registration.Closes = tomorrow }, ""},
		"open, opened":   {steering.OpenForm, nil, nil, "The form is open."},
		"close":          {steering.CloseForm, nil, func(n *steering.Next) { n.Sale.Registration.Closes = now }, ""},
		"close, closed":  {steering.CloseForm, func(n *steering.Now) { n.Sale.Registration.Closes = now }, nil, "The form is closed."},
		"close too soon": {steering.CloseForm, func(n *steering.Now) { n.Sale.Registration.Opens = tomorrow }, nil, "The form has not opened yet."},
		"start":          {steering.Start, func(n *steering.Now) { n.Sale.Dispatch.Starts = tomorrow }, func(n *steering.Next) { n.Sale.Dispatch.Starts = now }, ""},
		"start, started": {steering.Start, nil, nil, "Offers are being made already."},
		"start unopened": {steering.Start, func(n *steering.Now) { n.Sale.Registration.Opens, n.Sale.Dispatch.Starts = tomorrow, tomorrow }, nil, "The form has not opened yet: nobody could be in line."},
		"pause":          {steering.Pause, nil, func(n *steering.Next) { n.Paused = true }, ""},
		"pause, paused":  {steering.Pause, func(n *steering.Now) { n.Paused = true }, nil, "The sale is paused."},
		"resume":         {steering.Resume, func(n *steering.Now) { n.Paused = true }, func(n *steering.Next) { n.Paused = false }, ""},
		"resume running": {steering.Resume, nil, nil, "The sale is not paused."},
		"stop":           {steering.Stop, nil, func(n *steering.Next) { n.Sale.Dispatch.Ends = now }, ""},
		"stop at once":   {steering.Stop, func(n *steering.Now) { n.Sale.Dispatch.Starts = now.Add(-time.Minute) }, func(n *steering.Next) { n.Sale.Dispatch.Ends = now.Add(59 * time.Minute) }, ""},
		"stop unstarted": {steering.Stop, func(n *steering.Now) { n.Sale.Dispatch.Starts = tomorrow }, nil, "No offer was made yet. Close the form, or pause it, or change its dates."},
		"no act":         {"sell", nil, nil, "There is no such act."},
		"stop, ended":    {steering.Stop, func(n *steering.Now) { n.Sale.Dispatch.Ends = now }, nil, "The sale has ended. A later end, among its settings, lets it go on."},
	} {
		t.Run(name, func(t *testing.T) {
			n := running()
			if c.now != nil {
				c.now(&n)
			}
			got, err := n.Do(c.act, tomorrow)
			if c.reason != "" {
				if err == nil || err.Error() != "invalid: "+c.reason || n.Senseless(c.act) != c.reason {
					t.Errorf("%+v, %v", got, err)
				}
				return
			}
			want := steering.Next{Sale: n.Sale, Paused: n.Paused}
			c.want(&want)
			if err != nil || len(sale.Diff(want.Sale, got.Sale)) > 0 || got.Paused != want.Paused {
				t.Errorf("%v, %v", sale.Diff(want.Sale, got.Sale), err)
			}
			if errs := got.Sale.Validate(nil); len(errs) > 0 {
				t.Errorf("the sale is not valid any more: %v", errs)
			}
		})
	}
}

// In its first hour a sale cannot end at once: its end stays a link's life away
// from its start. No offer is made any more all the same.
func TestStopInTheFirstHour(t *testing.T) {
	n := running()
	n.Sale.Dispatch.Starts = now.Add(-time.Minute)
	to, err := n.Do(steering.Stop, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	e := steering.Look(n, to, every)
	if len(e.Refused) > 0 || e.Confirm.Word != "lakeside" || len(e.Does) < 2 ||
		e.Does[0] != "No offer is made any more, since none would live for 1 hour before the end, 14:59." {
		t.Errorf("%+v", e)
	}
}
