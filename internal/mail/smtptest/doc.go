// Package smtptest is an SMTP server for tests that behaves as badly as it is
// told to.
//
// It speaks raw TCP, written by hand, because a library would refuse to send
// garbage. A [Script] is asked at every stage of every connection what to
// answer: any reply, raw bytes, silence until a channel closes, or nothing
// and a hang-up; [Options.Cut] ends a connection after any byte in either
// direction. The ordinary answers are strict about order (a second MAIL
// without RSET is 503), so that a sloppy client is noticed.
//
// A mail counts as taken when the server commits to it, just before it
// answers the final dot: when that answer starts with 2, or the script says
// Take. What was taken is kept with its envelope, byte for byte, and can be
// waited for. Nothing in here sleeps; tests steer by channels.
package smtptest
