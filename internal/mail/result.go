package mail

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/textproto"
	"regexp"
	"strings"
)

// Outcome is what became of one mail; the package comment defines each.
type Outcome string

// The outcomes.
const (
	Accepted  Outcome = "accepted"
	Refused   Outcome = "refused"
	Temporary Outcome = "temporary"
	Unknown   Outcome = "unknown"
	Fault     Outcome = "fault"
)

// Result is the truth about one mail.
type Result struct {
	Outcome Outcome
	// Code is the reply that settled it, 0 where there was none.
	Code int
	// Stage is where it was settled, one of the Stage constants.
	Stage string
	// Text is for logs: the reply or what happened instead, in one short
	// line without addresses, links and tokens.
	Text string
	// Broken says that this connection is of no more use: something other
	// than a clean reply came back, or a 421. It has been closed.
	Broken bool
}

// reply is one well-formed SMTP reply.
type reply struct {
	code     int
	enhanced string // RFC 3463 without its class, "1.1"; empty where none fits the code
	text     string
}

var enhancedCode = regexp.MustCompile(`^([245])\.(\d{1,3}\.\d{1,3})(\s|$)`)

// parseReply reads the bytes of one whole reply, and no more than one. A reply
// without its line's end is not whole: what is missing of `550 5.7.1` decides
// whether a fan is struck off.
func parseReply(raw []byte) (reply, bool) {
	if !bytes.HasSuffix(raw, []byte("\n")) {
		return reply{}, false
	}
	buffered := bufio.NewReader(bytes.NewReader(raw))
	code, text, err := textproto.NewReader(buffered).ReadResponse(0)
	if err != nil || code < 200 || code > 599 {
		return reply{}, false
	}
	if rest, _ := io.ReadAll(buffered); len(rest) > 0 {
		return reply{}, false
	}
	r := reply{code: code, text: fmt.Sprintf("%d %s", code, text)}
	if e := enhancedCode.FindStringSubmatch(text); e != nil && e[1] == string(rune('0'+code/100)) {
		r.enhanced = e[2]
	}
	return r, true
}

// judge reads the outcome from what went over the wire. delivered is go-mail's
// word that it read a 250 after the dot and is asked first: nothing that went
// wrong afterwards matters to the mail. It holds only if the dot really left,
// since go-mail does not look whether it could write it. why is what ended the
// dialogue.
func judge(w *wire, delivered bool, why error) Result {
	last := w.decisive()
	answer, clear := parseReply(last.reply)
	res := Result{Code: answer.code, Stage: last.stage, Text: answer.text}
	if why != nil && !clear {
		res.Text = why.Error()
	}
	res.Broken = why != nil || !clear || answer.code == 421 || w.above.R.Buffered() > 0
	switch {
	case delivered && last.stage == StageDot:
		res.Outcome = Accepted
	case !clear:
		res.Outcome, res.Code = Temporary, 0
		if last.stage == StageDot {
			res.Outcome = Unknown
		}
	default:
		res.Outcome = outcomeOf(last.stage, answer)
	}
	if res.Outcome == Unknown || res.Outcome == Temporary && answer.code/100 != 4 {
		res.Broken = true // a 2xx or 3xx that nobody can go on from
	}
	if reset := w.last(); reset.stage == stageReset {
		if r, ok := parseReply(reset.reply); !ok || r.code/100 != 2 {
			res.Broken = true
		}
	}
	return res
}

// outcomeOf is the decision table for a clean reply.
func outcomeOf(stage string, r reply) Outcome {
	switch r.code / 100 {
	case 2:
		if stage == StageDot {
			return Accepted // any 2xx (RFC 5321, 4.2.1: the first digit decides)
		}
		return Temporary
	case 4:
		return Temporary
	case 5:
		if stage == StageRcpt && !aboutUs(r) || aboutMailbox(r) && stage != StageMail {
			return Refused
		}
		return Fault
	default:
		if stage == StageDot {
			return Unknown
		}
		return Temporary
	}
}

// aboutMailbox says that a 5xx names this recipient's mailbox as its reason
// (RFC 3463): 5.1.x and 5.2.x, but for those of 5.1.x that speak of the
// sender, and 5.2.3, which speaks of the message.
func aboutMailbox(r reply) bool {
	switch r.enhanced {
	case "1.7", "1.8", "2.3":
		return false
	case "7.17", "7.18": // mailbox or domain has a new owner (RFC 7293)
		return true
	}
	return strings.HasPrefix(r.enhanced, "1.") || strings.HasPrefix(r.enhanced, "2.")
}

// aboutUs says that a 5xx at RCPT is not about the recipient after all:
// policy (relaying, reputation, quota), a sender they do not like, an AUTH
// they want first, or a dialogue they do not understand. A quota counted as
// a thousand bounces would cost a thousand fans their place.
func aboutUs(r reply) bool {
	switch r.code {
	case 500, 502, 503, 504, 521, 530, 534, 535, 538, 555:
		return true
	}
	if aboutMailbox(r) {
		return false
	}
	switch r.enhanced {
	case "1.7", "1.8", "4.5": // the sender; congestion, in which some count quotas
		return true
	}
	return strings.HasPrefix(r.enhanced, "7.") || strings.HasPrefix(r.enhanced, "3.") || strings.HasPrefix(r.enhanced, "5.")
}
