// Package peer is the wire between the line and a box office that is not in
// its process: the same calls as in process, over HTTP.
//
// # What it promises
//
//   - [Client] answers exactly as the box office behind [Handler] does: same
//     values, same [sale.Error] with its code, message, fields and RetryAfter.
//     One suite, peertest.Conformance, runs against both.
//   - No answer is never mistaken for an answer. A call that was not
//     delivered, an answer that was lost, late, cut short, not signed, signed
//     for another call, or does not fit its question: all of them are
//     [sale.CodeUnavailable], and all of them mean "nobody knows whether it
//     was done". The caller asks again; every call is idempotent.
//   - The wire can put a sale, tell of freezes, reserve, close and read. It has no call that
//     marks anything as sold, and carries no address of a fan.
//   - Once it is known to be ours, a call is finished even when its caller hangs
//     up: asked again, the box office has its answer ready instead of
//     starting, and running out of time, once more.
//
// # How it is signed
//
// Both sides hold one secret (see [LoadSecret]). A call carries its time, a
// fresh nonce, the SHA-256 of its body, and an HMAC-SHA256 over method, path
// with query, time, nonce and that digest. The handler checks the HMAC before
// it reads a byte of the body, then the time, then the digest, so a stranger
// costs it a header. An answer is signed over the signature of its call (and
// with it the call's nonce), its status and the SHA-256 of its body, so that it
// fits no other call. Only calls that were signed get signed answers: a
// stranger is told 401 and cannot use the box office to sign for him.
//
// Calls older or newer than five minutes by the box office's clock are refused,
// with an answer that says how far apart the clocks are. Within those
// minutes a call that somebody recorded can be played again. That is harmless,
// which is why nonces are not remembered: each call may arrive any number of
// times, in any order, late. Reserve gives the offer what it gave it; Close
// is asked only of offers for which nothing is minted any more; an older
// version does not replace a newer one; what is recorded of a freeze stays;
// and what is read is read by whoever
// has the secret. Secrecy is TLS's matter: give an https URL where the network
// between the sides is not yours.
//
// # What it looks like
//
// Every call is `POST /peer/v1/<call>` with a JSON object, so that nothing on
// the way caches it and proxies log no more than its name. A call is decoded
// strictly: a box office that does not know a field must not store a sale
// without it. An answer may have fields that the client does not know. Paths
// carry the version; what changes the meaning of a call gets a new one.
package peer
