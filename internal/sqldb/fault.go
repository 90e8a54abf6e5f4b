package sqldb

import (
	"context"
	"runtime"
	"strings"
)

// Phase is a moment in a transaction at which a test can make it fail.
type Phase string

// The phases. A fault before the commit means that nothing happened; one
// after it means that everything did and the caller does not know.
const (
	BeforeRead   Phase = "before read"
	BeforeCommit Phase = "before commit"
	AfterCommit  Phase = "after commit"
)

// Point is one place at which a fault can strike: a phase of the transaction
// that Call runs. Call is the outermost function of the calling package, as
// in "boxoffice.(*BoxOffice).Reserve", so every use case has its own points.
type Point struct {
	Phase Phase
	Call  string
}

func (p Point) String() string { return string(p.Phase) + " of " + p.Call }

// fault asks the test's hook; without one it costs nothing.
func (db *DB) fault(ctx context.Context, phase Phase, call string) error {
	if db.o.Fault == nil {
		return nil
	}
	return db.o.Fault(ctx, Point{Phase: phase, Call: call})
}

// caller names who called Write or Read, but only where somebody asks.
func (db *DB) caller() string {
	if db.o.Fault == nil && db.o.Explain == nil {
		return ""
	}
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	first, more := frames.Next()
	name := first.Function
	for home := packageOf(name); more; {
		var f runtime.Frame
		if f, more = frames.Next(); packageOf(f.Function) != home {
			break
		}
		name = f.Function
	}
	name = name[strings.LastIndexByte(name, '/')+1:]
	if i := strings.Index(name, ".func"); i > 0 {
		name = name[:i]
	}
	return name
}

// packageOf cuts "example.com/a/b.(*T).M" down to "example.com/a/b".
func packageOf(function string) string {
	slash := strings.LastIndexByte(function, '/') + 1
	dot := strings.IndexByte(function[slash:], '.')
	if dot < 0 {
		return function
	}
	return function[:slash+dot]
}
