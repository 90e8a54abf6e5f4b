// Package figures follows how a sale goes: what its live page and its report
// show, as numbers.
//
// It promises:
//
//   - Figures are read, never kept beside the data: they are counted from the
//     rows that decide, and agree with each other as well as one moment's reads
//     can.
//   - What cannot change any more is counted once. Closed minutes of sign-ups,
//     batches whose offers are all over, the ledger and the hand-overs up to
//     where they were read: a [Follower] remembers the sums and reads on from
//     there. With nothing new a refresh costs a few rows, at a million
//     registrations as at ten.
//   - Catching up (a process that has just started, a sale that has long gone
//     on) is done in pieces, as many as the caller's budget allows; until it
//     is done the figures say that they are still being counted. What has to
//     be counted whole is counted seldom: it may take one fiftieth of the time.
//   - No address goes further than the domain it ends in.
package figures
