// Package mail hands one mail to one SMTP server and says truthfully what
// became of it.
//
// Everything the line does about a mail (try again, close the offer, stop
// sending) follows from the answer given here, so the answer has to be right
// even when the connection is not. A [Conn] is one worker's connection, kept
// open between mails; [Conn.Send] gives exactly one of five outcomes:
//
//   - Accepted: the server answered 2xx after the final dot. The mail is its
//     responsibility now, whatever happens to the connection afterwards.
//   - Refused: the server refused this recipient for good: 5xx at RCPT, or an
//     enhanced code about the mailbox (5.1.x, 5.2.x) at DATA or after the dot.
//   - Temporary: nothing was taken and nothing is wrong with the recipient:
//     4xx anywhere, a connection lost or silent before the final dot, a
//     context that ended before it.
//   - Unknown: the final dot left and no well-formed answer came back. The
//     server may or may not have the mail; nobody can tell. It is sent again,
//     which is harmless because a second link opens the same offer.
//   - Fault: ours, or our provider's view of us. AUTH, MAIL or policy (5.7.x)
//     refused, no TLS, no connection, a message that cannot be built. Nobody
//     may lose a place over it; sending stops until somebody has looked.
//
// Two promises are kept whatever the server does and wherever the dialogue is
// cut: never Accepted unless the server took the mail, and never anything but
// Accepted or Unknown when it did.
//
// go-mail speaks the protocol and writes the message. It reports a connection
// lost after the final dot as a permanent error, an odd 2xx as an error
// without a code, and hides the reply's text behind addresses. So a small
// recorder, the wire, sits between it and the connection above TLS: it notes
// what was asked and what was answered, restarts the time-out at each command,
// holds back the final dot of a send that was cancelled, and is what the
// outcome is read from.
//
// A broken dialogue is never continued, not even with QUIT: go-mail's writer
// of the body is still open after a failed DATA, and the next command would
// first send the missing dot, completing half a mail.
//
// No text that leaves this package carries an address, a link or a token:
// replies are cleaned first, and an SMTP URL's password is shown nowhere.
package mail
