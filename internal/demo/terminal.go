package demo

import "github.com/jedib0t/go-pretty/v6/text"

// The colours of words in the terminal.
var (
	green = text.Colors{text.FgGreen}
	red   = text.Colors{text.FgRed, text.Bold}
	bold  = text.Colors{text.Bold}
	faint = text.Colors{text.Faint}
)

// paint colours words where the terminal has colours. go-pretty's own switch
// is global to the process, so the escapes are asked for one by one.
func (t Terminal) paint(c text.Colors, words string) string {
	if !t.Colour {
		return words
	}
	return c.EscapeSeq() + words + text.EscapeReset
}
