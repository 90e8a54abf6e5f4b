// Package export takes a sale's data out as CSV (RFC 4180, UTF-8) or JSON:
// registrations, offers, orders, the ledger, the audit.
//
// What it promises:
//
//   - It streams: a page of rows is read, written and forgotten. Memory does not
//     grow with the sale, and no database cursor is open while the reader takes
//     its time.
//   - No cell is a formula: one that a spreadsheet could run begins with an
//     apostrophe. JSON has the text as it is.
//   - What broke off cannot be taken for the whole. Write fails, and leaves a
//     JSON document without its end; whoever serves it cuts the connection
//     (web.Download), and the command line ends with an error.
package export
