// Package metrics is what inturn counts, as typed methods over a Prometheus
// registry of its own.
//
// It promises:
//
//   - A label never holds an address, a token, a key or anything a stranger
//     typed: routes are patterns, everything else comes from fixed words and
//     from the slugs of stored sales. So the number of series is bounded.
//   - A nil *Metrics counts nothing, so that tests and tools need none.
//   - No method blocks or fails; counting never decides anything.
//
// All names begin with inturn_ and carry their unit.
package metrics
