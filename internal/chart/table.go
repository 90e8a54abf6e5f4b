package chart

import (
	"strconv"
	"strings"
	"time"
)

// table is a chart for those who do not look at the picture.
type table struct {
	head []string
	rows [][]string // the first cell names the row
	note string     // what was left out
}

func (t table) write(b *strings.Builder, f Frame) {
	b.WriteString(`<details class="chart-data" id="` + escape(f.ID) + `-table"><summary>As a table<span class="chart-of">: ` + escape(f.Title) + `</span></summary>`)
	b.WriteString(`<div class="chart-scroll" tabindex="0" role="region" aria-label="` + escape(f.Title) + `, table">`)
	b.WriteString(`<table class="chart-table"><caption>` + escape(f.Title+t.note) + `</caption><thead><tr>`)
	for _, h := range t.head {
		b.WriteString(`<th scope="col">` + escape(h) + `</th>`)
	}
	b.WriteString(`</tr></thead><tbody>`)
	for _, row := range t.rows {
		b.WriteString("<tr>")
		for i, cell := range row {
			if i == 0 {
				b.WriteString(`<th scope="row">` + escape(cell) + `</th>`)
			} else {
				b.WriteString(`<td>` + escape(cell) + `</td>`)
			}
		}
		b.WriteString("</tr>")
	}
	b.WriteString(`</tbody></table></div></details>`)
}

// mostRows is how long a table over time may be; longer ones show evenly
// chosen rows and say so.
const mostRows = 120

func chosen(count int) (rows []int, note string) {
	rows = evenly(count, mostRows)
	if len(rows) < count {
		note = " (" + strconv.Itoa(len(rows)) + " of " + Number(count) + " moments)"
	}
	return rows, note
}

// timeLayout writes moments of an axis in full.
func timeLayout(f Frame, from, to time.Time, step time.Duration) string {
	layout := "15:04"
	if step < time.Minute {
		layout = "15:04:05"
	}
	zone := f.zone()
	if from.In(zone).Format("2006-01-02") != to.In(zone).Format("2006-01-02") {
		layout = "2 Jan " + layout
	}
	return layout
}

func (b Bins) table(f Frame) table {
	t := table{head: []string{"From", f.Unit}}
	if len(b.Values) == 0 {
		return t
	}
	layout := timeLayout(f, b.Start, b.end(), b.Step)
	rows, note := chosen(len(b.Values))
	t.note = note
	for _, i := range rows {
		at := b.Start.Add(time.Duration(i) * b.Step).In(f.zone()).Format(layout)
		if b.Open && i == len(b.Values)-1 {
			at += " (so far)"
		}
		t.rows = append(t.rows, []string{at, Number(max(b.Values[i], 0))})
	}
	return t
}

func (o Over) table(f Frame, whole bool) table {
	t := table{head: []string{"At"}}
	for _, s := range o.Series {
		t.head = append(t.head, s.Name)
	}
	if whole {
		t.head = append(t.head, "all "+f.Unit)
	}
	if o.empty() {
		return t
	}
	step := time.Minute
	for i := 1; i < len(o.At); i++ {
		step = min(step, max(o.At[i].Sub(o.At[i-1]), 0))
	}
	layout := timeLayout(f, o.At[0], o.At[len(o.At)-1], step)
	rows, note := chosen(len(o.At))
	t.note = note
	for _, i := range rows {
		row := []string{o.At[i].In(f.zone()).Format(layout)}
		sum := 0
		for _, s := range o.Series {
			v := s.value(i)
			sum += max(v, 0)
			if v < 0 {
				row = append(row, "not known")
			} else {
				row = append(row, Number(v))
			}
		}
		if whole {
			row = append(row, Number(sum))
		}
		t.rows = append(t.rows, row)
	}
	return t
}

func (b Bars) table(f Frame) table {
	t := table{head: []string{b.Head}}
	if len(b.Parts) == 0 {
		b.Parts = []string{f.Unit}
	}
	t.head = append(t.head, b.Parts...)
	var of, note bool
	for _, r := range b.Rows {
		of, note = of || r.Of > 0, note || r.Note != ""
	}
	if of {
		t.head = append(t.head, "of", "%")
	}
	if note {
		t.head = append(t.head, "note")
	}
	for _, r := range b.Rows {
		row := []string{r.Name}
		for j := range b.Parts {
			v := 0
			if j < len(r.Values) {
				v = max(r.Values[j], 0)
			}
			row = append(row, Number(v))
		}
		switch {
		case of && r.Of > 0:
			row = append(row, Number(r.Of), strconv.Itoa(percent(r.sum(), r.Of)))
		case of:
			row = append(row, "", "")
		}
		if note {
			row = append(row, r.Note)
		}
		t.rows = append(t.rows, row)
	}
	return t
}
