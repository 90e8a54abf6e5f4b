// Package plan forecasts how a sale will go before it opens: how many mails
// leave when, how many tickets are sold, when the last one goes, and what
// stands in the way of it going faster.
//
// It promises:
//
//   - It is a pure function. The same question has the same answer, and
//     nothing is drawn at random: who buys, how many tickets and how fast is
//     dealt out evenly over the numbers, so that among any hundred fans in a
//     row almost exactly the assumed share buys. Whoever buys at a low rate
//     also buys at every higher one.
//   - It keeps the rules of the real thing. Tickets are reserved before a mail
//     leaves; what a buyer leaves, what is declined and what runs out goes to
//     the next number; at a moment at which a mail of the last batch still
//     waits there is no batch; no mail leaves in quiet hours, none beyond the
//     mail limits, and no offer is made too late for its whole life.
//   - Every ticket is free, held or sold at any time, and never two of these.
//   - It is quick, since somebody waits for the page: of a large sale several
//     offers in a row are played as one.
//
// The moments themselves come from whoever asks: schedules are the
// dispatcher's.
//
// What it leaves out: everybody is in line before the first moment; nobody
// withdraws; the mail server takes every mail at its first try and at once;
// receipts of sign-ups share the mail limits only until the form closes and
// are not counted; orders are not cancelled.
package plan
