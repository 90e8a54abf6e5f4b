// Package settings is everything an operator can set, in one table.
//
// A setting has one word. `registration_listen` in a file is
// INTURN_REGISTRATION_LISTEN in the environment and --registration-listen on
// the command line; a file may use either spelling. Flags win over the
// environment, the environment over the file, the file over the default.
//
// It promises:
//
//   - Nothing is ignored in silence. An unknown key in a file is refused; an
//     unknown INTURN_… variable is a warning, since container platforms set
//     such names on their own.
//   - All mistakes are reported at once, each by the name and the place where
//     the operator wrote it.
//   - A secret can always come from a file: X_FILE names it. No secret is ever
//     printed, not even in an error about it.
//   - The documentation is made from the table ([Markdown], [Example]), and a
//     test fails when the committed pages are older than the table.
package settings
