// Package steering says in plain words, with numbers, what a change of a
// running sale will do before it is done.
//
// It promises:
//
//   - One computation. What a page shows before an act and what decides whether
//     the act may be done are the same [Look]; [Effect.Still] says whether the
//     sale has moved since, so that it would now say something else.
//   - Nothing is promised that the sale does not do. The next batch is found by
//     the dispatcher's own schedule, from free tickets by the rule that it
//     goes by, and from those who wait.
//   - What would break a promise is refused with the numbers: guarantees given,
//     tickets sold or offered, what the venue holds.
//   - What mails many people at once, or cannot be undone, has to be typed:
//     how many they are, or the sale's own name.
//
// Everything here is pure: the state is handed in, and nothing is written.
package steering
