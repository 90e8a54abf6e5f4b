// Package boxoffice owns the stock and decides every purchase. All SQL of the
// box-office database is in here. It knows no address, sends no mail and
// makes no link: it has public keys only.
//
// # The books
//
// Whatever changes something of a sale opens the sale's books: it locks the
// sale's row, reads what it needs, decides in memory, and writes everything
// down in the same transaction (see books). The lock comes before the first
// read, so no decision rests on a value that is already old; and the
// decisions of many callers can share one transaction, since one that is
// refused has written nothing yet.
//
// # The ledger
//
// Tickets are units in a double-entry ledger. Each pool, one for each ticket
// type and one for the sale's capacity, has four accounts:
//
//	issued (negative) → available ⇄ offered → sold
//	                        ⇡_________________│ cancelled
//
// Offers reserve capacity only. A purchase moves capacity from offered to
// sold, what it leaves over from offered to available, and each ticket from
// available to sold in its type's pool. Since the types' stocks add up to at
// least the capacity, an offer always finds tickets of some type.
//
// Transfers are immutable. Balances are materialised and changed by relative
// updates only, under a CHECK that none but issued is negative: the database
// itself refuses an oversale even if the code above it were wrong.
//
// # The fence
//
// An offer is open, then closed or bought, and never anything else after
// that. Buying, declining and closing are the same compare-and-set on its
// row. Only here, and only by it, do units come back. Whatever a clock says:
// an offer that was answered "closed" sells nothing, and one that was
// answered "bought" is never recycled.
//
// # The feed
//
// Each end of an offer and each cancelled order is one entry of the sale's
// feed. Positions come from the counter in the sale's row, so they are dense
// and become visible in order. Everything is idempotent: the line asks again
// after any lost answer and gets the same one.
package boxoffice
