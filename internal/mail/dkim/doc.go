// Package dkim signs mails in the name of their sender's domain (RFC 6376),
// with RSA and Ed25519 keys (RFC 8463).
//
// What it promises:
//
//   - Every header field that a mail has when it is signed is covered, so
//     nothing that this project writes can be changed on the way; and the ones
//     that say who, to whom, what and when are covered once more than they
//     occur, so that a second one cannot be added either (RFC 6376, 8.15).
//     The whole body is covered; there is no l= and no x=.
//   - Header and body are canonicalised as relaxed: relays that fold lines
//     anew or trim spaces do no harm.
//   - With several keys a mail carries a signature by each. Many receivers do
//     not know Ed25519 yet and pass over what they do not know, so it is good
//     beside RSA and of little use alone.
//   - A key file that everybody can read, or that others can write, is
//     refused, and so is an RSA key of less than 2048 bits (RFC 8301 demands
//     1024). No error quotes what is in a file.
//
// The signatures themselves are go-msgauth's. Its t= is the machine's own
// clock, which this package cannot pass in.
package dkim
