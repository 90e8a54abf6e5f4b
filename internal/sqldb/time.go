package sqldb

import (
	"database/sql"
	"time"
)

// Millis is t as it is stored: milliseconds since 1970 UTC, 0 for the zero
// time. Anything finer is cut off.
func Millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// Time is the instant stored as ms, in UTC; the zero time for 0.
func Time(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// NullMillis is Millis for a column that is NULL where there is no time.
func NullMillis(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: Millis(t), Valid: !t.IsZero()}
}

// NullTime is the instant in a column that is NULL where there is no time.
func NullTime(ms sql.NullInt64) time.Time {
	return Time(ms.Int64)
}
