// Package console is the organizers' listener: where a sale is set up,
// watched and steered, where one fan is helped, and where everything can be
// taken out.
//
// It promises:
//
//   - Every route stands in one table with what it needs (routes.go), and
//     nothing is reached but through it. Who may not know of a sale is told
//     that it is not there.
//   - GET changes nothing but when a session was last seen. Posts from other
//     sites are refused, and every page is complete without scripts.
//   - Every act is recorded in the audit log with who did it, in the
//     transaction that does it.
//   - What is dangerous says beforehand what it will do, with numbers, and
//     asks for the passphrase again.
//   - Passphrases are kept as argon2id hashes and sessions as hashes of their
//     tokens; a session that idles for twelve hours is over.
//
// Caught mail is shown to owners; and to whoever reaches the listener as
// long as that is this machine only, where no mail leaves it and nobody is
// there to be kept out.
//
// The pages are in English: organizers of one installation work together in
// it, and what fans read is in theirs.
package console
