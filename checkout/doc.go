// Package checkout is the box office's counter: where a fan opens the link
// from the mail, buys or gives back what is reserved, and sees the order.
//
// What it promises:
//
//   - A link opens its offer exactly when it was signed by the line, names
//     the offer's sale, its end has not come, and the box office holds the
//     offer open. The last two are decided inside the box office's
//     transaction; nothing that this package looked up before is trusted
//     when something is bought.
//   - GET, HEAD and OPTIONS change nothing. Mail scanners open links, follow
//     what they find and run scripts; even one that submits the form buys
//     nothing, since nothing is chosen in it.
//   - One order per offer. The same request again is answered with the same
//     order, also after the offer's hour; anything else is shown the order
//     that stands.
//   - Nobody buys at a price they have not seen: the form carries the sale's
//     version.
//   - Whoever holds an order's reference sees the order, and nobody can guess
//     it: 128 random bits. No page shows an address; the box office has none.
//   - Tokens stand in addresses, so addresses are kept out of the log, of
//     other sites (Referrer-Policy) and of caches (Cache-Control).
//   - Every answer is there as a page and as JSON, and the page needs no
//     script.
//
// It works while the line is down: links are verified with the public keys
// that the box office has stored.
package checkout
