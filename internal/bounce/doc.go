// Package bounce reads mails that come back.
//
// A mail server that took a mail and cannot deliver it says so later, by a
// mail of its own (a delivery status notification, RFC 3464) to the envelope's
// sender. Ours is a signed address for each hand-over, so that a notification
// names what it is about, whatever else it says or leaves out.
//
// What it promises:
//
//   - Only a signed address of ours is taken, and one hand-over is all that a
//     mail to it can speak of. Everything else is refused before its first
//     byte: this is no relay, answers nobody and cannot be made to.
//   - Only a well-formed report that names a final failure counts. Delays,
//     deliveries, answers from people and their holidays are taken and
//     forgotten.
//   - A mail is taken (250) once what it reports is stored durably. While that
//     cannot be done the sender is told to try again (451).
//   - Nothing of a message is kept but three numbers, its status.
//
// Reports can be forged by whoever has seen the address: the fan, his mail
// server and ours. All of them could as well open the link and give the offer
// back; nobody else's offer is within reach.
//
// What follows from a report is the line's business ([line.Line.Bounce]).
package bounce
