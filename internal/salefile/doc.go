// Package salefile reads and writes sale files: the YAML in which an
// organizer states a whole sale.
//
// It promises:
//
//   - Everything at once. A file with mistakes gives all of them, each with
//     its line, its field and words for whoever wrote it. Only YAML that
//     cannot be read at all gives one mistake alone.
//   - Nothing is guessed. Unknown and repeated keys, times that no clock ever
//     shows, numbers with separators and amounts with too many decimals are
//     refused. What may be left out has one documented default
//     (docs/sale-file.md).
//   - Anything may be fed to it. Size, number of tokens and nesting are
//     bounded before the parser runs; anchors, aliases, tags and merge keys,
//     which a sale file has no use for, are refused, and with them every
//     bomb made of them.
//   - [Format] is the inverse: what it writes of a valid sale is read back as
//     the same sale.
//
// Times are read in the sale's zone and given in UTC, so that two files that
// mean the same give equal sales.
package salefile
