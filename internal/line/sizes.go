package line

import (
	"strconv"
	"strings"
)

// padded cuts values into chunks of few sizes, so that few texts are
// prepared. The last chunk is filled up with its own first value, which an
// IN list does not mind.
func padded(values []any) [][]any {
	var chunks [][]any
	for len(values) > 0 {
		size := 64
		for _, s := range []int{16, 4, 1} {
			if len(values) <= s {
				size = s
			}
		}
		n := min(size, len(values))
		chunk := make([]any, size)
		copy(chunk, values[:n])
		for i := n; i < size; i++ {
			chunk[i] = values[0]
		}
		chunks = append(chunks, chunk)
		values = values[n:]
	}
	return chunks
}

// marks is `$1, …`, n of them.
func marks(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(1 + i))
	}
	return b.String()
}
