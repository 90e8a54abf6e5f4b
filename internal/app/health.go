package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
)

// healthEvery is how often the parts are looked at when nobody asks, so that
// the log and the metrics tell of an outage too.
const healthEvery = 5 * time.Second

// probe is one part that readiness asks about. Every listener reports it;
// only those named in critical are not ready without it.
type probe struct {
	name     string
	critical []string
	check    func(ctx context.Context) error
}

// addProbe is called by the builders of the roles.
func (a *App) addProbe(p probe) { a.probes = append(a.probes, p) }

// health gives a listener its readiness; the probes follow when all roles are
// built.
func (a *App) health(listener string) *web.Health {
	h := web.NewHealth(a.o.Clock, a.o.Logger.With("listener", listener))
	a.healths[listener] = h
	return h
}

// addProbes hands every probe to every listener.
func (a *App) addProbes() {
	a.addProbe(probe{name: "disk", check: a.probeDisk})
	for listener, h := range a.healths {
		for _, p := range a.probes {
			critical := false
			for _, name := range p.critical {
				critical = critical || name == listener
			}
			h.Add(p.name, critical, p.check)
		}
	}
}

// watchHealth probes all listeners' parts from time to time. web.Health logs
// what changes.
func (a *App) watchHealth(ctx context.Context) error {
	tick := time.NewTicker(healthEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			a.checkHealth(ctx)
		}
	}
}

// checkHealth probes every listener's parts, unless that was done just now,
// and brings the metrics up to date.
func (a *App) checkHealth(ctx context.Context) {
	for listener, h := range a.healths {
		for _, c := range h.Check(ctx).Checks {
			a.metrics.Part(listener, c.Name, c.OK)
		}
	}
}

// unavailable gives a probe's error words that strangers may read.
func unavailable(err error, words string) error {
	if err == nil {
		return nil
	}
	return sale.Wrap(sale.CodeUnavailable, err, words)
}

// diskProbeSize is written to see whether the disk still takes anything.
const diskProbeSize = 64 << 10

// probeDisk writes a little into the data directory and takes it away again:
// the one question that full disks, quotas and read-only mounts all answer.
// The file has one name, so a killed process leaves at most one behind;
// processes that share the directory do no harm by sharing it.
func (a *App) probeDisk(context.Context) error {
	return unavailable(a.writeProbe(), "The data directory cannot be written; is the disk full?")
}

func (a *App) writeProbe() error {
	if err := a.parts.makeData(); err != nil {
		return err
	}
	return probeDir(a.o.Settings.Data)
}

// probeDir writes a little into a directory, durably, and takes it away.
func probeDir(dir string) error {
	path := filepath.Join(dir, ".probe")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove(path)
	defer f.Close()
	if _, err := f.Write(make([]byte, diskProbeSize)); err != nil {
		return err
	}
	return f.Sync()
}

// probeVersions reports sales whose newest version the box office lacks, and
// what it said to that.
func probeVersions(l *line.Line) func(context.Context) error {
	return func(ctx context.Context) error {
		states, err := l.Sales(ctx)
		if err != nil {
			return unavailable(err, "The line database does not answer.")
		}
		var pending []string
		for _, st := range states {
			switch {
			case st.Pending() && st.PendingWhy != "":
				pending = append(pending, fmt.Sprintf("%s (version %d: %s)", st.Sale.Slug, st.Latest, st.PendingWhy))
			case st.Pending():
				pending = append(pending, fmt.Sprintf("%s (version %d)", st.Sale.Slug, st.Latest))
			}
		}
		if len(pending) > 0 {
			return sale.E(sale.CodeUnavailable, "Not at the box office yet: %s.", strings.Join(pending, ", "))
		}
		return nil
	}
}
