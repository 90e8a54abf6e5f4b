// Package link makes and reads the two things a fan carries: the checkout
// link, a signed token that opens an offer, and the receipt, the signed name
// of a place in line. It also signs the address that a mail comes back to
// when it cannot be delivered.
//
// What it promises:
//
//   - Only the line side can mint links. The private key never leaves the
//     data directory of the line; the box office verifies with public keys
//     that reach it over the wire.
//   - A token is accepted exactly when its signature, alg, typ, kid, issuer
//     and audience are right and now is before its exp. The end is half-open
//     and has no leeway: at exp the link is over. Clocks that disagree are
//     answered by dating iat and nbf back, never by stretching exp.
//   - "Over" is said of a token only when everything but its exp is right, so
//     that a forged link never learns anything but that it is not ours.
//   - One token has one spelling. Other encodings of the same bytes are
//     refused, so a refused token cannot come back in other clothes. Even so
//     nothing keys on the token's string: an offer's identity is its id.
//   - A receipt is bound to one registration: its sale, number and time. It
//     holds no secret but its own validity, never ends, and is compared in
//     constant time.
//   - A bounce tag is bound to one hand-over of one mail. Who has seen it can
//     say that this mail came back, and nothing of any other.
//   - Keys are made once, atomically, and stay: a retired key signs nothing
//     any more and goes on verifying everything it signed.
//   - No error text carries a token, a receipt or a key.
//
// Tokens are JWTs (RFC 7519) signed with Ed25519 (RFC 8037); receipts are
// HMAC-SHA256 (RFC 2104) cut to 128 bits, bounce tags the same cut to 88.
package link
