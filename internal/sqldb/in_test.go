package sqldb_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/inturn/inturn/internal/sqldb"
)

// Every key comes, in order, and nothing else does; the sizes are few.
func TestChunksHoldEveryKeyAndNothingElse(t *testing.T) {
	for n := range 200 {
		var keys []string
		for i := range n {
			keys = append(keys, fmt.Sprint(i))
		}
		var got []string
		for _, chunk := range sqldb.Chunks(keys) {
			if !slices.Contains([]int{1, 4, 16, 64}, len(chunk)) {
				t.Errorf("%d keys: a chunk of %d", n, len(chunk))
			}
			for _, key := range chunk {
				got = append(got, key.(string))
			}
		}
		if got = slices.Compact(got); !slices.Equal(got, keys) {
			t.Errorf("%d keys came out as %v", n, got)
		}
	}
}

func TestMarks(t *testing.T) {
	for want, got := range map[string]string{"": sqldb.Marks(1, 0), "$1": sqldb.Marks(1, 1), "$4,$5,$6": sqldb.Marks(4, 3)} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
