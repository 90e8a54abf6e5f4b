// Package e2e tests the whole product from outside: the built binary, real
// HTTP, real SMTP, real databases on a real disk.
//
// Nothing in here reaches into the product. Tests start `inturn serve` as an
// operator does, act as fans with a browser and a mailbox, and look at what
// fans, organizers and `inturn verify` see. Every scenario runs the same on
// SQLite and PostgreSQL, and as one process or as several that share nothing
// but the wire.
//
// The tests wait for conditions, never for time: what must happen is polled
// for until it does, with a deadline that only a hung product meets. Where a
// scenario needs a moment to itself (a batch of one, a link that expires), it
// says so in the sale file, not by being quick.
package e2e
