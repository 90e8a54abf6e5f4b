// Package saleform is a sale as the fields of a form, and a form's fields as
// a sale.
//
// It promises:
//
//   - A form's fields are the sale file's, by the same names: caps.guaranteed,
//     tickets.types[1].price, title.de. So what is wrong with a field is told
//     under its name, in the words in which a sale file is told, and both ways
//     give the same sale: [Parse] writes the fields down as a sale file and has
//     it read. Where nobody would use a file's notation, the form speaks
//     as people do: a batch leaves "every 5 minutes", a link lives "1 hour" ([Meant]).
//   - [Of] and [Parse] are each other's inverse. What a form does not show (its
//     texts of pages and mails, the version) is taken from the sale that it was
//     filled with.
//   - Nothing that was typed is lost. What cannot be read stays in the values
//     beside its mistake; [Merge] brings two people's changes of one sale
//     together, and names the fields that both have changed.
//
// It knows no HTTP and no HTML.
package saleform
