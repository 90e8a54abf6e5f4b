package sqldb

import (
	"context"
	"strconv"
	"strings"
)

// Insert stores many rows with few statements. into is everything before
// VALUES, as in "INSERT INTO tickets (sale, code, type)"; all rows have the
// same width. Rows go in order, in chunks of 256, 128, 64 … 1, so that few
// texts are prepared; on PostgreSQL each chunk is one round trip.
//
// It writes no RETURNING and no ON CONFLICT: what needs those goes row by row.
func (tx *Tx) Insert(ctx context.Context, into string, rows [][]any) error {
	for size := 256; size > 0; size /= 2 {
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
				q.WriteByte('(')
			} else {
				q.WriteByte(',')
			}
			if tx.dialect.anonymous {
				q.WriteByte('?')
			} else {
				q.WriteByte('$')
				q.WriteString(strconv.Itoa(len(args)))
			}
		}
		q.WriteByte(')')
	}
	_, err := tx.Exec(ctx, q.String(), args...)
	return err
}
