package demo

import (
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/progress"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/inturn/inturn/internal/sale"
)

// live draws bars that move, and above them the curves as they grow where
// the terminal is high enough.
type live struct {
	o        Options
	writer   progress.Writer
	rendered chan struct{} // closed when nothing is drawn any more

	places, sold, known *progress.Tracker
}

// What the bars and the chart above them need of a terminal.
const (
	liveRows    = 10
	liveChart   = liveRows + 4 // with its axis and legend
	liveLeast   = liveChart + 12
	messageSize = 30
)

func newLive(o Options) *live {
	w := progress.NewWriter()
	w.SetOutputWriter(o.Progress)
	w.SetUpdateFrequency(sampleEvery)
	w.SetTerminalWidth(o.Terminal.Width)
	w.SetTrackerLength(min(max(o.Terminal.Width-messageSize-6, 10), 60))
	w.SetMessageLength(messageSize)
	w.SetTrackerPosition(progress.PositionRight)
	style := progress.StyleDefault
	style.Chars = progress.StyleChars{Finished: "█", Finished25: "▎", Finished50: "▌", Finished75: "▊", Unfinished: "░"}
	style.Options.Separator = " "
	style.Visibility = progress.StyleVisibility{Tracker: true, Pinned: true}
	if o.Terminal.Colour {
		style.Colors.Tracker = text.Colors{text.FgGreen}
	}
	w.SetStyle(style)
	bar := func(total int) *progress.Tracker {
		t := &progress.Tracker{Total: int64(total), AutoStopDisabled: true}
		w.AppendTracker(t)
		return t
	}
	caps := sale.SuggestCaps(o.Tickets, min(mostPerFan, o.Tickets))
	l := &live{o: o, writer: w, rendered: make(chan struct{})}
	l.places, l.sold, l.known = bar(min(o.Fans, caps.Guaranteed+caps.Standby)), bar(o.Tickets), bar(o.Fans)
	go func() {
		defer close(l.rendered)
		w.Render()
	}()
	return l
}

func (l *live) say(format string, args ...any) { l.writer.Log(format, args...) }

func (l *live) update(now Sample, curve []Sample) {
	bar := func(t *progress.Tracker, label string, value int) {
		t.UpdateMessage(fmt.Sprintf("%-13s %6s of %s", label, thousands(value), thousands(int(t.Total))))
		t.SetValue(int64(value))
	}
	bar(l.places, "In line", now.Places)
	bar(l.sold, "Tickets sold", now.Sold)
	bar(l.known, "Know the end", now.finished)
	var lines []string
	if len(curve) > 1 && l.o.Terminal.Height >= liveLeast {
		lines = append(lines, strings.Split(chart(thin(curve, 400), l.o.Tickets, l.o.Terminal, liveRows), "\n")...)
	}
	lines = append(lines, "", fmt.Sprintf("%s   %s waiting   %s offered   %s   %s refused", spell(now.Seconds),
		thousands(now.Waiting), counted(now.Offered, "ticket", "tickets"), counted(now.mails, "mail", "mails"), thousands(now.refused)))
	for i, line := range lines {
		lines[i] = text.EscapeReset + line // or go-pretty would cut the spaces off
	}
	l.writer.SetPinnedMessages(lines...)
}

// end draws for the last time, and leaves the bars where they are.
func (l *live) end() {
	l.writer.SetPinnedMessages()
	for _, t := range []*progress.Tracker{l.places, l.sold, l.known} {
		t.MarkAsDone()
	}
	for !l.writer.IsRenderInProgress() {
		select { // Stop before Render has begun would be lost
		case <-l.rendered:
			return
		case <-time.After(sampleEvery / 10):
		}
	}
	l.writer.Stop()
	<-l.rendered
}
