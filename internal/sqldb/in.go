package sqldb

import (
	"strconv"
	"strings"
)

// Chunks cuts keys into the arguments of IN lists of a few fixed sizes, so
// that few texts are prepared. The last chunk is filled up with a key of its
// own, which changes nothing about IN. No keys give no chunks.
func Chunks(keys []string) [][]any {
	var all [][]any
	for len(keys) > 0 {
		size := 64
		for _, smaller := range []int{16, 4, 1} {
			if len(keys) <= smaller {
				size = smaller
			}
		}
		chunk := make([]any, size)
		for i := range chunk {
			chunk[i] = keys[min(i, len(keys)-1)]
		}
		all = append(all, chunk)
		keys = keys[min(size, len(keys)):]
	}
	return all
}

// Marks is $from,$from+1,… for n arguments.
func Marks(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(from + i))
	}
	return b.String()
}
