package doctor

import (
	"strings"
	"unicode"
)

// Level is how serious a finding is.
type Level string

// The levels. A warning works today and may not tomorrow, or could not be
// looked at; a failure is to be put right before a sale opens.
const (
	OK   Level = "ok"
	Warn Level = "warn"
	Fail Level = "fail"
)

// Finding is one thing looked at.
type Finding struct {
	Area    string   `json:"area"`              // the heading it stands under
	Check   string   `json:"check"`             // what was looked at, in one or two words: "SPF"
	Subject string   `json:"subject"`           // of whom: a domain, a URL, a sale
	Level   Level    `json:"level"`             //
	Found   string   `json:"found"`             // what there is
	Why     string   `json:"why,omitempty"`     // why that matters
	Do      string   `json:"do,omitempty"`      // what to do about it
	Records []Record `json:"records,omitempty"` // what to publish, in full
}

// Record is a line for the DNS.
type Record struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Value string `json:"value"`
}

// The areas, in the order in which they are reported.
const (
	AreaSettings = "Settings and data"
	AreaSales    = "Sales"
	AreaDomains  = "Domains that mails come from"
	AreaServer   = "Mail server"
	AreaURLs     = "Public addresses"
	AreaClock    = "Clock"
)

// about starts findings with the same area, check and subject.
type about struct{ area, check, subject string }

func (a about) ok(found string) Finding {
	return Finding{Area: a.area, Check: a.check, Subject: a.subject, Level: OK, Found: shown(found)}
}

func (a about) warn(found, why, do string, records ...Record) Finding {
	return a.bad(Warn, found, why, do, records)
}

func (a about) fail(found, why, do string, records ...Record) Finding {
	return a.bad(Fail, found, why, do, records)
}

func (a about) bad(level Level, found, why, do string, records []Record) Finding {
	return Finding{Area: a.area, Check: a.check, Subject: a.subject, Level: level, Found: shown(found), Why: why, Do: do, Records: records}
}

// mostShown bounds what is repeated of other people's words, in runes.
const mostShown = 600

// shown makes a text fit for a terminal: one line without control characters.
func shown(text string) string {
	text = printable(text)
	if runes := []rune(text); len(runes) > mostShown {
		text = string(runes[:mostShown-1]) + "…"
	}
	return text
}

// printable is a text in one line without control characters, whole.
func printable(text string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)), " ")
}
