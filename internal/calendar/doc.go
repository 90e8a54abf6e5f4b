// Package calendar writes entries for fans' calendars (iCalendar, RFC 5545):
// the event that an order is for, and the opening of a sale's form.
//
// An entry is published, not an invitation: nobody is asked to answer. Its
// name stays the same for the same order or sale, and its revision grows with
// the sale's versions, so that a calendar that takes a later file changes the
// entry it has instead of adding another. Times are in UTC, which every
// calendar shows in its owner's zone without having to know ours.
//
// golang-ical writes the properties; its lines end as RFC 5545 demands, which
// is not what it does by itself, and are folded at 75 octets.
package calendar
