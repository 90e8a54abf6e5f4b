package sqldb

import (
	"context"
	"strconv"
	"strings"
)

// Insert stores many rows with few statements. into is everything before
// VALUES, as in "INSERT INTO tickets (sale, code, type)"; all rows have the
// same width. Rows go in order, in chunks of a few fixed sizes, so that few
// texts are prepared; on PostgreSQL each chunk is one round trip.
func (tx *Tx) Insert(ctx context.Context, into string, rows [][]any) error {
	for _, size := range []int{64, 8, 1} {
		for len(rows) >= size {
			if err := tx.insertChunk(ctx, into, rows[:size]); err != nil {
				return err
			}
			rows = rows[size:]
		}
	}
	return nil
}

func (tx *Tx) insertChunk(ctx context.Context, into string, rows [][]any) error {
	var q strings.Builder
	q.WriteString(into)
	q.WriteString(" VALUES ")
	args := make([]any, 0, len(rows)*len(rows[0]))
	for i, row := range rows {
		if i > 0 {
			q.WriteByte(',')
		}
		for j, v := range row {
			args = append(args, v)
			if j == 0 {
				q.WriteString("($")
			} else {
				q.WriteString(",$")
			}
			q.WriteString(strconv.Itoa(len(args)))
		}
		q.WriteByte(')')
	}
	_, err := tx.Exec(ctx, q.String(), args...)
	return err
}
