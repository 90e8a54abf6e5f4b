package export_test

import (
	"fmt"
	"io"
	"runtime"
	"testing"

	"github.com/inturn/inturn/internal/export"
)

// peak watches how much of the heap is in use while something is written.
type peak struct {
	io.Writer
	bytes, most uint64
	writes      int
}

func (p *peak) Write(b []byte) (int, error) {
	p.bytes += uint64(len(b))
	if p.writes++; p.writes%10 == 1 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		p.most = max(p.most, m.HeapInuse)
	}
	return len(b), nil
}

// BenchmarkExport takes out the registrations of lines of different lengths:
// rows a second, and the most that the heap had in use meanwhile, which must
// not grow with the line.
func BenchmarkExport(b *testing.B) {
	for _, rows := range []int{10_000, 100_000, 1_000_000} {
		h := open(b, "sqlite:"+b.TempDir()+"/line.db")
		h.fill(rows)
		for _, f := range []export.Format{export.CSV, export.JSON} {
			b.Run(fmt.Sprintf("%s/line=%d", f, rows), func(b *testing.B) {
				p := &peak{Writer: io.Discard}
				runtime.GC()
				for b.Loop() {
					e, err := h.source().Open(b.Context(), "registrations", f)
					if err == nil {
						err = e.Write(b.Context(), p)
					}
					if err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
				b.ReportMetric(float64(p.most)/(1<<20), "MB-heap")
			})
		}
	}
}
