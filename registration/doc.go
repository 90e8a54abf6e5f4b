// Package registration is the front of the line: the list of sales, a sale's
// landing page with its form, sign-up, and each fan's place page.
//
// It promises:
//
//   - The answer to a sign-up leaves only after the line has stored it, and
//     the line alone decides: this package never guesses from what it last
//     saw whether a sale is open, full, or has the address already.
//   - A landing page is rendered once per state and language and served from
//     memory. What it says follows the clock to the moment, this process's
//     own sign-ups from their answer on, and changes made elsewhere within
//     half a second.
//   - GET writes nothing, anywhere.
//   - A place page is opened by its receipt alone, is stored in no cache, and
//     its receipt is never logged. Nobody but its holder learns a number:
//     a second sign-up of an address hears only that it is in line.
//   - No request waits for the database but those that are about one person.
//     A sign-up costs a parse, its share of a group commit, and one HMAC; no
//     template is executed for it unless it is refused.
//
// The form carries no session and no right, so other sites may post to it;
// withdrawing and taking back are refused from other sites.
package registration
