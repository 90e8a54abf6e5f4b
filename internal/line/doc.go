// Package line is the line database: sales, registrations, offers and the
// outbox, and all of the SQL that touches them.
//
// What it promises, whatever crashes and however many processes work on the
// same database:
//
//   - Numbers are dense, 1…N in commit order. They come from a counter in the
//     sale's row that is advanced inside the transaction that stores the
//     registrations, never from a sequence.
//   - An answer leaves only after its transaction is durable.
//   - One registration that is not withdrawn per sale and canonical address,
//     one live offer and one purchase per registration: constraints, not code.
//   - An offer is over only by the box office's word. The methods that end
//     offers take that word ([sale.Answer], [sale.Outcome], [sale.Grant]) as
//     their argument; none of them reads a clock to decide it.
//   - Whatever assigns, closes or sends for a sale carries a [Lease]. Its
//     fencing number is compared under a lock in the same transaction, so a
//     process that was replaced while it slept can change nothing.
//   - A mail's try is counted before it begins and recorded after it ended.
//     A try that was cut between the two is unknown, and sent again.
//
// Three kinds of rows are locked, and in this order: sales (sign-up,
// versions), then dispatch (everything an assigner does, and withdrawing), then
// the one row of mail_limit (mails into hands, when limits are set); rows of
// one table by slug or id. No transaction holds any of them while a box office
// or a mail server is called.
package line
