// Package dispatcher is the beat and the batch: it collects what the box
// office decided, closes what is over, offers what is free to the next in
// line, and hands every mail over.
//
// What it promises:
//
//   - One assigner per sale. Whatever it writes carries a lease whose fencing
//     number the line compares in the same transaction; a process that was
//     replaced while it slept changes nothing.
//   - Reserve before mailing. An offer's row is written planned, the box
//     office grants tickets, and only then is there a mail to send.
//   - Time alone never moves a ticket. An offer whose hour is over is marked
//     closing and is over only by the box office's durable answer. While the
//     box office cannot be reached nothing is recycled and nothing new is
//     offered; mails of offers that are open go on.
//   - A fan has his whole hour. It begins at the hand-over, is committed
//     before the mail server sees a byte of the text, and is begun anew when
//     the server took too long or nobody can tell whether it took the mail.
//   - Our own faults cost nobody a place: when the mail server refuses us, not
//     the recipient, sending stops and waits.
//
// # Delivery
//
// A mail is handed over at least once. The try is counted before it begins
// and recorded after it ended; a process that dies between the two leaves a
// mail that is unknown, and unknown mails are sent again. That is harmless by
// construction: both mails carry a link to the same offer, and the offer can
// be bought once. So no amount of crashing, cutting or doubting can lose a
// fan his turn or give him two.
//
// # Shape
//
// One step a file, each a method that takes a lease and does one pass. A beat
// runs six of them in order: settle, put, collect, close, offer, tell; send
// has goroutines of its own. Run is a thin loop of beats and senders over them. The simulator calls the
// very same steps from a single goroutine.
package dispatcher
