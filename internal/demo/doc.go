// Package demo plays a whole sale: all roles in one process, with real
// databases, HTTP and SMTP on loopback, and a seeded crowd.
//
// It promises:
//
//   - The crowd uses nothing but what fans have: the landing page's address, a
//     browser and mailboxes. It fills in the forms that stand in the pages and
//     follows the links that stand in its mails' text part. Nothing of inturn
//     knows that it is being played.
//   - Time is shortened by the sale file alone: a link that lives seconds
//     instead of an hour, and batches every second. The code is the same.
//   - The same seed gives the same crowd with the same decisions. What happens
//     to it is decided by the sale, request by request.
//   - Nobody waits for time to pass where something must have happened: a fan
//     waits for a mail, or reads the place page until it says so. Only people's
//     own time is a timer: when they come, and how long they think.
//   - The report is made of two independent sources, what fans saw and what
//     the databases hold, and says where they disagree ([Promise]).
//
// # The pieces
//
// plan.go decides who does what; fan.go and buying.go live it, with browser.go
// as their eyes and post.go as their mail server; venue.go is the sale's side;
// watch.go looks at it from outside, and show.go, chart.go and draw.go tell.
package demo
