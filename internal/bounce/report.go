package bounce

import (
	"bufio"
	"errors"
	"io"
	"net/textproto"
	"regexp"
	"strings"

	"github.com/emersion/go-message"
)

// Report is what a notification says about the one mail it is about.
type Report struct {
	Failed bool   // it will not be delivered; nothing else here counts otherwise
	Dead   bool   // because of the recipient, for good
	Status string // RFC 3463, like 5.1.1
}

// The bounds of a report. A notification begins with a few words for people,
// then comes the report; the mail that it is about follows, and is not read.
const (
	mostRead   = 1 << 20 // bytes of the whole message
	mostHeader = 64 << 10
	mostReport = 64 << 10
	mostParts  = 8
	mostGroups = 64 // recipients in one report; ours have one each
)

var errNoReport = errors.New("not a delivery status notification")

// ReadReport reads a message. Whatever is not a well-formed notification of a
// final failure gives a Report that has not failed; there are no errors, since
// there would be nothing else to do about them.
//
// Postfix and others mark notifications as answers (Auto-Submitted:
// auto-replied), so that header says nothing here. What tells them from a
// holiday note is the report itself.
func ReadReport(r io.Reader) Report {
	fields, err := deliveryStatus(io.LimitReader(r, mostRead))
	if err != nil {
		return Report{}
	}
	groups, err := readGroups(fields)
	if err != nil {
		return Report{}
	}
	return judge(groups)
}

// deliveryStatus finds the machine-readable part: directly below the top, as
// RFC 6522 puts it. A report that is wrapped in something, forwarded by
// somebody for instance, is not about the mail that this address is for.
func deliveryStatus(r io.Reader) (io.Reader, error) {
	top, err := message.ReadWithOptions(r, &message.ReadOptions{MaxHeaderBytes: mostHeader})
	if err != nil && !message.IsUnknownCharset(err) {
		return nil, err
	}
	kind, params, err := top.Header.ContentType()
	if err != nil || kind != "multipart/report" {
		return nil, errNoReport
	}
	if what := params["report-type"]; what != "" && !strings.EqualFold(what, "delivery-status") {
		return nil, errNoReport // feedback about spam, a read receipt
	}
	parts := top.MultipartReader()
	if parts == nil {
		return nil, errNoReport
	}
	for range mostParts {
		part, err := parts.NextPart()
		if err != nil && !message.IsUnknownCharset(err) {
			return nil, err
		}
		switch kind, _, _ := part.Header.ContentType(); kind {
		case "message/delivery-status", "message/global-delivery-status": // RFC 6533
			return io.LimitReader(part.Body, mostReport), nil
		}
	}
	return nil, errNoReport
}

// readGroups reads the fields of a report: a group about the message, then
// one for each recipient, with empty lines between them (RFC 3464, 2.1).
func readGroups(r io.Reader) ([]textproto.MIMEHeader, error) {
	lines := textproto.NewReader(bufio.NewReader(r))
	var groups []textproto.MIMEHeader
	for len(groups) <= mostGroups {
		group, err := lines.ReadMIMEHeader()
		if len(group) > 0 {
			groups = append(groups, group)
		}
		if errors.Is(err, io.EOF) {
			return groups, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, errNoReport
}

var (
	actionForm = regexp.MustCompile(`^\s*([A-Za-z]+)`)
	statusForm = regexp.MustCompile(`^\s*([245]\.[0-9]{1,3}\.[0-9]{1,3})(?:[^0-9.]|$)`)
)

// judge says what all recipients of a report have in common. A mail of ours
// has one; where an alias made several of it, one who got it is enough.
func judge(groups []textproto.MIMEHeader) Report {
	var all Report
	recipients := 0
	for _, g := range groups {
		if g.Get("Final-Recipient") == "" && g.Get("Original-Recipient") == "" && g.Get("Action") == "" {
			continue // about the message
		}
		action := actionForm.FindStringSubmatch(g.Get("Action"))
		status := statusForm.FindStringSubmatch(g.Get("Status"))
		if action == nil || !strings.EqualFold(action[1], "failed") || status == nil || status[1][0] == '2' {
			return Report{}
		}
		one := Report{Failed: true, Dead: dead(status[1]), Status: status[1]}
		recipients++
		if recipients == 1 || all.Dead && !one.Dead {
			all = one
		}
	}
	return all
}

// dead says whether a failure with this status (RFC 3463 and its registry) is
// the recipient's, for good. It is not where the server gave up (4.x.x,
// 5.4.7), nor where the message, its sender or a policy was the reason: a
// reputation that is gone for an evening must not cost everybody his place.
func dead(status string) bool {
	class, detail, _ := strings.Cut(status, ".")
	if class != "5" {
		return false
	}
	switch detail {
	case "1.7", "1.8": // the sender's address
		return false
	case "2.3": // too long for this mailbox
		return false
	case "4.5", "4.7": // congestion; time is up
		return false
	case "7.13", "7.17", "7.18": // account disabled; the mailbox or its domain has a new owner
		return true
	}
	switch subject, _, _ := strings.Cut(detail, "."); subject {
	case "0", "1", "2", "4": // no details given, address, mailbox, network
		return true
	default: // mail system, protocol, content, policy
		return false
	}
}
