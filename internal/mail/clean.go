package mail

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	linkWord    = regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://\S+`)
	addressWord = regexp.MustCompile(`[^\s<>"'(),;:\[\]]*[@＠][^\s<>"'(),;\[\]]*`)
	longWord    = regexp.MustCompile(`\S{48,}`)
)

// mostText is the length of Result.Text in runes.
const mostText = 200

// clean makes a server's words fit for a log: one line, bounded, without
// addresses, links and long opaque words (tokens), and without the local part
// of to where the server repeats it on its own.
func clean(text, to string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, text)
	text = linkWord.ReplaceAllString(text, "[link]")
	text = addressWord.ReplaceAllString(text, "[address]")
	if local, _, found := strings.Cut(to, "@"); found && local != "" {
		text = hide(text, local)
	}
	text = longWord.ReplaceAllString(text, "[…]")
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > mostText {
		text = string(runes[:mostText-1]) + "…"
	}
	return text
}

// hide replaces local where it stands as a word of its own, in any case.
func hide(text, local string) string {
	var b strings.Builder
	done := 0
	for _, at := range regexp.MustCompile("(?i)"+regexp.QuoteMeta(strings.ToValidUTF8(local, ""))).FindAllStringIndex(text, -1) {
		before, _ := utf8.DecodeLastRuneInString(text[:at[0]])
		after, _ := utf8.DecodeRuneInString(text[at[1]:])
		if at[0] < at[1] && !partOfWord(before) && !partOfWord(after) {
			b.WriteString(text[done:at[0]] + "[address]")
			done = at[1]
		}
	}
	return b.String() + text[done:]
}

func partOfWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
