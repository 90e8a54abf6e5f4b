package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/inturn/inturn/internal/app"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/salefile"
)

// saleView is a sale as `show` and `list` print it.
type saleView struct {
	Slug       string                `json:"slug"`
	Title      sale.Text             `json:"title"`
	Version    int64                 `json:"version"` // newest that was not refused
	Stored     int64                 `json:"stored"`  // newest the box office has
	Pending    string                `json:"pending,omitempty"`
	Paused     bool                  `json:"paused"`
	Frozen     bool                  `json:"frozen"`              // its clocks stand still
	Incidents  []incidentJSON        `json:"incidents,omitempty"` // freezes, the first one first; show only
	SoldOut    bool                  `json:"sold_out"`
	Phase      string                `json:"phase"`
	Registered int                   `json:"registered"`
	Guaranteed int                   `json:"guaranteed"`
	Reached    int                   `json:"reached"`
	NextBatch  *time.Time            `json:"next_batch,omitempty"`
	Bounced    map[sale.MailKind]int `json:"bounced,omitempty"` // mails that came back later, by kind; show only
	Stock      *sale.Stock           `json:"stock,omitempty"`   // absent when the box office does not answer
	Sale       *sale.Sale            `json:"sale,omitempty"`    // as in force; show only
}

// viewOf leaves out the stock, which is the box office's to tell.
func viewOf(st line.State, now time.Time) saleView {
	v := saleView{
		Slug: st.Sale.Slug, Title: st.Sale.Title, Version: st.Latest, Stored: st.Stored,
		Paused: st.Paused, Frozen: st.Frozen, SoldOut: st.SoldOut, Phase: phase(st.Sale, now),
		Registered: st.Last, Guaranteed: st.GuaranteedGiven, Reached: st.Reached,
	}
	if st.Pending() {
		v.Pending = st.PendingWhy
		if v.Pending == "" {
			v.Pending = "waits for the box office"
		}
	}
	if !st.NextBatch.IsZero() {
		v.NextBatch = &st.NextBatch
	}
	return v
}

// phase says in a word where a sale is by its dates.
func phase(s sale.Sale, now time.Time) string {
	switch {
	case !now.Before(s.Dispatch.Ends):
		return "over"
	case !now.Before(s.Dispatch.Starts):
		return "selling"
	case !now.Before(s.Registration.Closes):
		return "form closed"
	case !now.Before(s.Registration.Opens):
		return "form open"
	default:
		return "planned"
	}
}

type saleShowCommand struct {
	Slug string `arg:"" help:"The sale."`
	JSON bool   `name:"json" xor:"as" help:"Print JSON."`
	File bool   `xor:"as" help:"Print the newest version as a sale file, for changing and applying."`
}

func (c *saleShowCommand) Run(s *session) error {
	return s.withLine(func(ctx context.Context, parts *app.Parts, l *line.Line) error {
		if c.File {
			newest, err := l.Version(ctx, c.Slug, 0)
			if err == nil {
				_, err = s.stdout.Write(salefile.Format(newest.Sale))
			}
			return err
		}
		st, err := l.Sale(ctx, c.Slug)
		if err != nil {
			return err
		}
		v := viewOf(st, time.Now())
		v.Sale = &st.Sale
		if v.Bounced, err = l.BouncedMails(ctx, c.Slug); err != nil {
			return err
		}
		incidents, err := l.Incidents(ctx, c.Slug)
		if err != nil {
			return err
		}
		for _, inc := range incidents {
			v.Incidents = append(v.Incidents, incidentOf(inc))
		}
		v.Stock = s.stock(ctx, parts, c.Slug)
		if c.JSON {
			return s.printJSON(v)
		}
		return s.printSale(v)
	})
}

// stock asks the box office; a box office that does not answer is said on
// standard error and leaves the rest of the view.
func (s *session) stock(ctx context.Context, parts *app.Parts, slug string) *sale.Stock {
	wire, err := parts.Wire(ctx)
	if err == nil {
		var stock sale.Stock
		if stock, err = wire.Stock(ctx, slug); err == nil {
			return &stock
		}
	}
	if sale.CodeOf(err) != sale.CodeNotFound {
		s.notef("the box office does not tell its stock: %v", err)
	}
	return nil
}

func (s *session) printSale(v saleView) error {
	w := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) { fmt.Fprintf(w, "%s\t%s\n", name, fmt.Sprintf(format, args...)) }
	loc := v.Sale.Location()
	row("sale", "%s", v.Slug)
	row("title", "%s", v.Title.In("en"))
	row("version", "%d", v.Version)
	if v.Pending != "" {
		row("pending", "%s (box office has version %d)", v.Pending, v.Stored)
	}
	row("phase", "%s%s%s", v.Phase, map[bool]string{true: ", paused"}[v.Paused], map[bool]string{true: ", frozen"}[v.Frozen])
	for _, inc := range v.Incidents {
		row("incident", "%s", incident(inc, loc))
	}
	row("form", "%s to %s", v.Sale.Registration.Opens.In(loc).Format(moment), v.Sale.Registration.Closes.In(loc).Format(moment))
	row("dispatch", "%s to %s", v.Sale.Dispatch.Starts.In(loc).Format(moment), v.Sale.Dispatch.Ends.In(loc).Format(moment))
	count := sale.FormatCount
	row("batches", "%s, at most %s offers each; links live %s", v.Sale.Dispatch.Every, count(v.Sale.Dispatch.Batch), sale.FormatLife(v.Sale.Dispatch.LinkLife))
	if q := v.Sale.Dispatch.Quiet; !q.None() {
		row("quiet", "%s, no offer is mailed in between", q)
	}
	row("caps", "%s guaranteed, %s standby; at most %d tickets each", count(v.Sale.Caps.Guaranteed), count(v.Sale.Caps.Standby), v.Sale.Tickets.MaxPerFan)
	if most := v.Sale.Tickets.VenueMaximum; most > 0 {
		row("venue", "holds %s; no stock and no capacity may be above it", count(most))
	}
	if b := v.Sale.Brand; b.Coloured() {
		p := b.Palette()
		row("brand", "%s, in dark mode %s", p.Light.Accent, p.Dark.Accent)
	}
	if l := v.Sale.Brand.Logo; l != nil {
		row("logo", "%s", l)
	}
	if !v.Sale.Embed.IsZero() {
		row("embedded by", "%s", strings.Join(v.Sale.Embed.Origins, ", "))
	}
	if r := v.Sale.Robots; r != nil {
		row("robots", "%s", againstRobots(r))
	}
	row("registered", "%s, %s of them guaranteed", count(v.Registered), count(v.Guaranteed))
	row("reached", "%s", reached(v.Reached))
	if v.NextBatch != nil {
		row("next batch", "%s", v.NextBatch.In(loc).Format(moment))
	}
	if len(v.Bounced) > 0 {
		row("came back", "%s", bounced(v.Bounced))
	}
	if v.Stock != nil {
		for _, p := range v.Stock.Pools {
			row("stock "+p.Pool, "%s: %s available, %s offered, %s sold", count(p.Issued), count(p.Available), count(p.Offered), count(p.Sold))
		}
	}
	return w.Flush()
}

// moment is how moments are printed, in the sale's zone.
const moment = "2006-01-02 15:04:05 MST"

// incident is "2027-03-12 14:05:00 CET, 20m (212 links): the checkout was
// down", or since when one lasts.
func incident(inc incidentJSON, loc *time.Location) string {
	began := inc.Began.In(loc).Format(moment)
	if inc.Ended == nil {
		return fmt.Sprintf("since %s: %s", began, inc.Why)
	}
	return fmt.Sprintf("%s, %s (%s links): %s", began, sale.FormatLife(time.Duration(inc.Seconds)*time.Second), sale.FormatCount(inc.Links), inc.Why)
}

// bounced is "2 offer, 1 receipt", in the order in which mails leave.
func bounced(counts map[sale.MailKind]int) string {
	var words []string
	for _, kind := range slices.SortedFunc(maps.Keys(counts), func(a, b sale.MailKind) int {
		return cmp.Or(a.Priority()-b.Priority(), strings.Compare(string(a), string(b)))
	}) {
		words = append(words, sale.FormatCount(counts[kind])+" "+string(kind))
	}
	return strings.Join(words, ", ")
}

// reached says how far the line has got.
func reached(number int) string {
	if number == 0 {
		return "nobody yet"
	}
	return "number " + sale.FormatCount(number)
}

type saleListCommand struct {
	JSON bool `name:"json" help:"Print JSON."`
}

func (c *saleListCommand) Run(s *session) error {
	return s.withLine(func(ctx context.Context, _ *app.Parts, l *line.Line) error {
		states, err := l.Sales(ctx)
		if err != nil {
			return err
		}
		views := make([]saleView, len(states))
		for i, st := range states {
			views[i] = viewOf(st, time.Now())
		}
		if c.JSON {
			return s.printJSON(views)
		}
		w := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "SALE\tVERSION\tPHASE\tREGISTERED\tREACHED\tNOTE")
		for _, v := range views {
			fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\n", v.Slug, v.Version, v.Phase, sale.FormatCount(v.Registered), sale.FormatCount(v.Reached), v.note())
		}
		return w.Flush()
	})
}

// note is what an organizer should know before anything else.
func (v saleView) note() string {
	switch {
	case v.Pending != "":
		return "pending: " + v.Pending
	case v.Frozen:
		return "frozen"
	case v.Paused:
		return "paused"
	case v.SoldOut:
		return "sold out"
	default:
		return ""
	}
}
