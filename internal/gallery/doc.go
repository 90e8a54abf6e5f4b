// Package gallery shows every page and mail in every language, and holds each
// of them against what they all promise:
//
//   - axe-core finds nothing serious, in light and dark, on a phone and on a
//     desktop;
//   - the HTML is valid;
//   - nothing is wider than the screen, down to 320 pixels;
//   - a page weighs less than 50 KB with everything it loads, a mail less
//     than 100 KB, and neither asks another site for anything;
//   - the browser has nothing to complain about under the real policy.
//
// The scenes are rendered from made-up data at a fixed moment, so a picture
// changes only when the page does. Pictures are taken on request:
//
//	make screenshots
//
// Only tests are in here.
package gallery
