// Package templates holds everything a fan or an organizer sees: the pages,
// the mails, the style sheet and the words, embedded in the binary.
//
// It promises:
//
//   - Typed data. Every page and mail has a struct and a method that takes
//     it; nothing is rendered from a map, and no template reaches into an
//     object that its struct does not name.
//   - Every word that a fan reads comes from a message file. Templates contain
//     markup and calls of t; the tests execute every template in every language
//     and fail on a missing message. The console's pages are in English, and
//     their words stand in the templates.
//   - No third-party request. Pages load only what this package serves under
//     /static/, by names that carry a hash of the content; mails load nothing.
//   - Pages are complete without JavaScript.
//
// # Where things are
//
//	layout/         the frame of every page, and shared parts
//	registration/   one file per page of that surface; likewise checkout/, mailbox/
//	console/        the organizers' pages, with a frame of their own
//	mail/           NAME.html and NAME.txt per mail
//	static/         the style sheet, scripts and icons, served with a year's cache
//	locales/        message files: LANG.yaml or LANG/*.yaml, all loaded
//
// # Adding a page
//
// Write surface/name.html with {{define "title"}} and {{define "main"}}, a
// struct that embeds [Frame], and a method that calls render("surface/name").
// Put its words in locales/en/surface.yaml under one key per surface, and a
// sample in the surface's _test.go file: a page without a sample fails the
// tests.
//
// # Adding a language
//
// Add locales/LANG.yaml: one file is a whole language (see
// docs/languages.md). Several files under locales/LANG/ are the same language
// in parts, which is how the four that come with inturn are kept. A message
// that is missing is shown in English, and TestTexts names it. Numbers, money
// and dates follow the language by CLDR; cldr.go has the rules of Europe's
// languages already. A region is a language of its own, such as de-CH, and
// needs only what it says differently from its base.
//
// Message files are YAML with nested keys ("checkout: {title: …}" is
// "checkout.title"). A message is a string, or a map of CLDR plural forms
// (one, other, …), which tn chooses from. These words cannot be keys, since
// go-i18n gives them a meaning: id, description, hash, leftdelim, rightdelim,
// zero, one, two, few, many, other. Messages are templates over the named
// values that t is given, which are strings and numbers only.
//
// # Functions
//
//	t KEY [NAME VALUE]…        the message
//	tn KEY COUNT [NAME VALUE]… the message in the plural form of COUNT, which is {{.Count}} in it
//	own SALE PLACE             the organizer's own words for a place, or "": also ownPlace, ownOffer, ownOrder, ownEnd
//	paragraphs WORDS           those words cut into paragraphs, lines and links
//	text TEXT                  a sale.Text in the page's language
//	said TEXT                  the same as HTML, in a <span lang> where it is in another language
//	number N                   2,500
//	money MINOR CURRENCY       CHF 85.00
//	day TIME ZONE              Friday, 12 March 2027
//	clock TIME ZONE            14:20 CET
//	daytime SECONDS            22:00: a time of any day, in seconds since midnight
//	moment TIME ZONE           Friday, 12 March 2027, 14:20 CET
//	language LANG              Deutsch: what a language calls itself
//	duration D                 1 hour 30 minutes
//	left D                     43 minutes: a duration that runs while the page is read
//	iso TIME                   2027-03-12T13:20:00Z, for <time datetime>
//	millis TIME                1804857600000, for scripts
//	digits CURRENCY            2: how many decimals it has, for scripts
//	units                      the words of durations, as JSON for scripts
//	asset NAME                 the hashed URL of a static file
//	brand SALE                 how a sale looks: its own style sheet and logo
//
// ZONE is the IANA name that sale.Sale carries as Timezone.
package templates
