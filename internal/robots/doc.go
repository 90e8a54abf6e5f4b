// Package robots is what tells scripts from fans, as pure rules: proof of
// work, disposable domains, and clusters of registrations that look as if one
// hand had made them.
//
// What it promises:
//
//   - A challenge costs whoever makes it next to nothing and is stored
//     nowhere. It names its sale, its key and its end, and is signed, so that
//     any process with the same keys takes its solution, once: the nonce it
//     gives is the caller's to keep unique.
//   - Nothing that a stranger sends is parsed before its length is known, and
//     whatever is not, to the letter, a challenge of ours is one error.
//   - A list is a list of facts: it flags, or asks for another address, and
//     never drops anybody in silence. The organizer's own list wins.
//   - Clusters are hints for the organizer. They are found in two readings of
//     the line, in memory that does not grow with it, and change nothing.
//   - No address leaves this package in an error.
package robots
