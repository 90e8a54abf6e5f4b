// Package doctor looks at what stands outside a process and decides whether
// mails arrive and links open: the DNS of the domains that mails come from, the
// mail server, the public URLs, the clock.
//
// It answers with findings, each a sentence of what was found, why it matters and
// what exactly to do, up to the DNS record to publish. It changes nothing, and
// hands a mail over only when it was told an address to send it to.
//
// What it cannot know it says: a DNS that does not answer is a warning and
// not a missing record; that the mail server's own address is covered by SPF is
// a hint, since a provider may send from others; and a Date that comes from this
// very machine says nothing about its clock.
//
// Resolver, HTTP client and clock are passed in. Whatever strangers say (a DNS
// record, a server's reply) is shown in one bounded line of printable characters.
package doctor
