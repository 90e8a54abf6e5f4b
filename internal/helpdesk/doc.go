// Package helpdesk says in plain words what happened to one place in a line,
// and why it waits: what an organizer tells a fan on the phone.
//
// It reads nothing itself: both are functions of what the line has stored, of
// the sale, and of the time. No word of it carries an address.
package helpdesk
