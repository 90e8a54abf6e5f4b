package sale

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	everyWritten = regexp.MustCompile(`^@every (?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$`)
	lengthSpoken = regexp.MustCompile(`^(?:(\d+) ?h(?:ours?)?)? ?(?:(\d+) ?m(?:in(?:ute)?s?)?)? ?(?:(\d+) ?s(?:ec(?:ond)?s?)?)?$`)
	everyUnits   = [...]string{"hour", "minute", "second"}
)

// Often writes the schedule of a sale file as people say it: "@every 5m" is
// "every 5 minutes", "@every 1h30m" is "every 1 hour 30 minutes". It is false,
// with the schedule as it was, for a cron expression and for lengths that
// [ReadOften] would not read back letter by letter.
func Often(schedule string) (words string, ok bool) {
	found := everyWritten.FindStringSubmatch(schedule)
	if found == nil {
		return schedule, false
	}
	var parts []string
	for i, n := range found[1:] {
		switch {
		case n == "":
		case n == "1":
			parts = append(parts, n+" "+everyUnits[i])
		default:
			parts = append(parts, n+" "+everyUnits[i]+"s")
		}
	}
	words = "every " + strings.Join(parts, " ")
	if len(parts) == 1 {
		words = strings.Replace(words, " 1 ", " ", 1)
	}
	if read, _ := ReadOften(words); read != schedule {
		return schedule, false
	}
	return words, true
}

// ReadOften reads what [Often] writes, and what people write instead: "Every
// minute", "every 5 min", "90s". It is false, with the text as it was, for
// anything else.
func ReadOften(text string) (schedule string, ok bool) {
	length, every := strings.CutPrefix(plainly(text), "every ")
	for _, unit := range everyUnits {
		if every && length == unit {
			return "@every 1" + unit[:1], true
		}
	}
	if written, ok := readLength(length); ok {
		return "@every " + written, true
	}
	return text, false
}

// Life writes how long a link lives as people say it: "1 hour 30 minutes"; as a
// sale file does ([FormatLife]) where [ReadLife] would not read that back.
func Life(d time.Duration) string {
	written := FormatLife(d)
	if words := Spelled(d); ReadLife(words) == written {
		return words
	}
	return written
}

// ReadLife reads what [Life] writes and its like ("90 minutes", "1 h") as a sale
// file has it; anything else is left as it is.
func ReadLife(text string) string {
	if written, ok := readLength(plainly(text)); ok {
		return written
	}
	return text
}

func plainly(text string) string { return strings.Join(strings.Fields(strings.ToLower(text)), " ") }

// readLength reads "1 hour 30 minutes" and its like as "1h30m".
func readLength(said string) (written string, ok bool) {
	found := lengthSpoken.FindStringSubmatch(said)
	if found == nil {
		return "", false
	}
	for i, n := range found[1:] {
		if n == "" {
			continue
		}
		if _, err := strconv.Atoi(n); err != nil {
			return "", false
		}
		written += n + everyUnits[i][:1]
	}
	return written, written != ""
}
