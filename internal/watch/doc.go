// Package watch draws what figures say: the live page of a sale and its
// report, as charts and in words.
//
// It decides nothing and reads nothing: equal figures give equal pages, so
// that a page is drawn once for all who watch, and tests show it in every
// state that a sale can be in. What it says of other machines it concludes
// from what they left in the databases, and says no more than that.
package watch
