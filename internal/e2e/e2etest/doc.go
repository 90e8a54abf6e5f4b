// Package e2etest runs whole installations of inturn for tests.
//
// A [Site] is one installation: its machines with a data directory and
// settings each, the processes that `inturn serve` runs on them, the
// databases, and the mail server that everything leaves through. Processes
// can be started, stopped, killed and started again; addresses stay.
//
// What fans do is done over HTTP ([Send], and [Site.Get] and its like); what they
// are mailed is read from [Post]; what organizers do goes through the command
// line ([Site.Inturn]).
package e2etest
