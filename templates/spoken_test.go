package templates

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// marked is a language in which every text is the English one in brackets.
func marked(t *testing.T) *Templates {
	t.Helper()
	all, err := readLocales(files)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(all[fallback])) {
		m := all[fallback][key]
		if m.One == "" {
			fmt.Fprintf(&b, "%s: %q\n", key, "⟦"+m.Other+"⟧")
			continue
		}
		fmt.Fprintf(&b, "%s: {one: %q, other: %q}\n", key, "⟦"+m.One+"⟧", "⟦"+m.Other+"⟧")
	}
	ts, err := load(withLocales(t, map[string]string{"locales/lb.yaml": b.String()}))
	if err != nil {
		t.Fatal(err)
	}
	return ts
}

var (
	inBrackets = regexp.MustCompile(`⟦[^⟦⟧]*⟧`)
	aWord      = regexp.MustCompile(`\pL{3,}`)
	// given is what the samples themselves say: titles, names, addresses,
	// codes; the names of languages, days and months; and our own name.
	given = regexp.MustCompile(`(?i)^(inturn|Lakeside|Festival|Friday|Saturday|Ltd|Seefestival|Strandweg|Fan|example|org|XPA|` +
		`Come|to|the|open|rehearsal|It|is|free|English|Deutsch|CHF|CET|Freideg|Samschdeg|Mëttwoch|Mäerz)$`)
	// code is written for programs and organizers, and the same for all.
	code = map[string]bool{"code": true, "pre": true, "script": true, "style": true}
)

// TestEveryWordIsAText renders every page in a language whose texts are all in
// brackets: a word outside of them was written into a template, where no
// translator finds it.
func TestEveryWordIsAText(t *testing.T) {
	ts := marked(t)
	for _, s := range samples() {
		if strings.HasPrefix(s.page, "mailbox/") {
			continue // shows mails, which are made up of words
		}
		var b bytes.Buffer
		if err := s.render(ts, &b, "lb"); err != nil {
			t.Fatal(err)
		}
		root, err := html.ParseWithOptions(&b, html.ParseOptionEnableScripting(false))
		if err != nil {
			t.Fatal(err)
		}
		for _, said := range spoken(root) {
			for inBrackets.MatchString(said) {
				said = inBrackets.ReplaceAllString(said, " ")
			}
			for _, word := range aWord.FindAllString(said, -1) {
				if !given.MatchString(word) {
					t.Errorf("%s (%s): %q is in no message file", s.page, s.what, word)
				}
			}
		}
	}
}

// spoken is what a reader or a screen reader is told by a page.
func spoken(n *html.Node) []string {
	if n.Type == html.ElementNode && code[n.Data] {
		return nil
	}
	var all []string
	if n.Type == html.TextNode {
		all = append(all, n.Data)
	}
	for _, a := range n.Attr {
		if slices.Contains([]string{"alt", "title", "placeholder", "aria-label"}, a.Key) || strings.HasPrefix(a.Key, "data-text") {
			all = append(all, a.Val)
		}
	}
	for c := range n.ChildNodes() {
		all = append(all, spoken(c)...)
	}
	return all
}
