// Package app puts the parts together: which roles run in a process, what
// each of them needs, and how all of it starts and stops.
//
// It promises:
//
//   - What a set of roles needs is checked before anything is opened, and
//     every missing setting is named at once ([Check]).
//   - Nothing answers before everything it needs is open, and every listener
//     is bound before any of them serves, so a port that is taken stops the
//     start instead of half of it.
//   - A part that fails later degrades what depends on it and nothing else.
//     Each listener's readiness is critical only in what that listener needs;
//     the rest is reported in its JSON, in the log and in the metrics.
//   - Stopping finishes what is in flight: listeners take nothing new, answers
//     under way are given, mails being handed over get their outcome recorded,
//     and only then are the databases closed.
//
// The roles never meet: what one needs of another is passed in here, by value
// or as the small interface that the needy one declares.
package app
