// Package sale is inturn's vocabulary: the words that the line and the box
// office share, and the pure rules that follow from them.
//
// It promises three things:
//
//   - Nothing in here touches a clock, a database, a network or a goroutine.
//     Every rule is a function of its arguments, tested by tables.
//   - It imports the standard library only. What needs a library (IDNA, YAML,
//     cron) is passed in by the caller as a function.
//   - A word means the same everywhere. Sale, line, number, class, offer,
//     batch, order and outcome are defined once, here, and carried unchanged
//     through database columns, JSON fields, pages, mails and logs.
//
// Units: money is integer minor units of a sale's currency; quantities are
// tickets; times are instants, and [time.Time] values are compared with
// Before and After, never with ==.
package sale
