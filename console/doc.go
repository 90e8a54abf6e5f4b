// Package console is the organizers' listener: caught mail, metrics and
// health.
//
// It promises:
//
//   - It shows nothing that only a fan may see but caught mail, which exists
//     only where no mail leaves the machine, and says so on every page.
//   - It changes nothing: every route is a GET.
//
// It has no accounts yet, so it listens on loopback unless told otherwise and
// belongs behind whatever guards the organizer's own network.
package console
