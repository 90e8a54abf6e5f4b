package bounce

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// sample reads a notification as servers write it, sent to an address.
func sample(t testing.TB, name, to string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name+".eml"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(strings.ReplaceAll(string(raw), "RECIPIENT", to), "\n", "\r\n")
}

func TestSamples(t *testing.T) {
	for name, want := range map[string]Report{
		"postfix":  {Failed: true, Dead: true, Status: "5.1.1"},
		"exchange": {Failed: true, Dead: true, Status: "5.2.2"},
		"delayed":  {},
		"holiday":  {},
	} {
		raw := sample(t, name, "x@tickets.example")
		for _, spelled := range []string{raw, strings.ReplaceAll(raw, "\r\n", "\n")} {
			if got := ReadReport(strings.NewReader(spelled)); got != want {
				t.Errorf("%s is read as %+v, want %+v", name, got, want)
			}
		}
	}
}

// report writes a notification with these recipients' groups of fields.
func report(groups ...string) string {
	return "Content-Type: multipart/report; report-type=\"delivery-status\"; boundary=x\r\n\r\n--x\r\n\r\nwords\r\n" +
		"--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n" +
		strings.Join(groups, "\r\n\r\n") + "\r\n\r\n--x--\r\n"
}

func recipient(action, status string) string {
	return fmt.Sprintf("Final-Recipient: rfc822; a@b.example\r\nAction: %s\r\nStatus: %s", action, status)
}

func TestWhatAReportMeans(t *testing.T) {
	gone := func(status string) Report { return Report{Failed: true, Dead: true, Status: status} }
	gaveUp := func(status string) Report { return Report{Failed: true, Status: status} }
	for _, c := range []struct {
		name   string
		groups []string
		want   Report
	}{
		{"no such mailbox", []string{recipient("failed", "5.1.1")}, gone("5.1.1")},
		{"no details", []string{recipient("failed", "5.0.0")}, gone("5.0.0")},
		{"mailbox full", []string{recipient("failed", "5.2.2")}, gone("5.2.2")},
		{"no such domain", []string{recipient("failed", "5.4.4")}, gone("5.4.4")},
		{"new owner", []string{recipient("failed", "5.7.17")}, gone("5.7.17")},
		{"case and comments", []string{"final-recipient: rfc822; a@b.example\r\nACTION:  FAILED (bounced)\r\nstatus: 5.1.1 (no such user)"}, gone("5.1.1")},
		{"three digits", []string{recipient("failed", "5.1.10")}, gone("5.1.10")},
		{"time is up", []string{recipient("failed", "4.4.7")}, gaveUp("4.4.7")},
		{"time is up, for good", []string{recipient("failed", "5.4.7")}, gaveUp("5.4.7")},
		{"policy", []string{recipient("failed", "5.7.1")}, gaveUp("5.7.1")},
		{"our address", []string{recipient("failed", "5.1.8")}, gaveUp("5.1.8")},
		{"our message", []string{recipient("failed", "5.6.0")}, gaveUp("5.6.0")},
		{"too large", []string{recipient("failed", "5.2.3")}, gaveUp("5.2.3")},
		{"all of an alias", []string{recipient("failed", "5.1.1"), recipient("failed", "5.2.1")}, gone("5.1.1")},
		{"all, one of them for now", []string{recipient("failed", "5.1.1"), recipient("failed", "4.4.7")}, gaveUp("4.4.7")},

		{"one of an alias", []string{recipient("failed", "5.1.1"), recipient("delivered", "2.0.0")}, Report{}},
		{"delayed", []string{recipient("delayed", "4.4.1")}, Report{}},
		{"delivered", []string{recipient("delivered", "2.0.0")}, Report{}},
		{"relayed", []string{recipient("relayed", "2.0.0")}, Report{}},
		{"expanded", []string{recipient("expanded", "2.0.0")}, Report{}},
		{"failed and well", []string{recipient("failed", "2.0.0")}, Report{}},
		{"no status", []string{"Final-Recipient: rfc822; a@b.example\r\nAction: failed"}, Report{}},
		{"odd status", []string{recipient("failed", "5.1")}, Report{}},
		{"longer status", []string{recipient("failed", "5.1.1.1")}, Report{}},
		{"no action", []string{"Final-Recipient: rfc822; a@b.example\r\nStatus: 5.1.1"}, Report{}},
		{"no recipient", nil, Report{}},
		{"no fields", []string{"nonsense"}, Report{}},
		{"too many", strings.Split(strings.Repeat(recipient("failed", "5.1.1")+"|", mostGroups+1), "|"), Report{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := ReadReport(strings.NewReader(report(c.groups...))); got != c.want {
				t.Errorf("read as %+v, want %+v", got, c.want)
			}
		})
	}
}

// Only the report that stands where it belongs counts.
func TestReportsInTheWrongPlace(t *testing.T) {
	good := report(recipient("failed", "5.1.1"))
	if !ReadReport(strings.NewReader(good)).Failed {
		t.Fatal("the good one is not read")
	}
	status := good[strings.Index(good, "Content-Type: message/delivery-status"):strings.LastIndex(good, "\r\n\r\n--x--")]
	for name, raw := range map[string]string{
		"mixed":       strings.Replace(good, "multipart/report", "multipart/mixed", 1),
		"feedback":    strings.Replace(good, "delivery-status\"", "feedback-report\"", 1),
		"read":        strings.Replace(good, "delivery-status\"", "disposition-notification\"", 1),
		"plain":       strings.Replace(good, "multipart/report", "text/plain", 1),
		"no boundary": strings.Replace(good, "boundary=x", "", 1),
		"forwarded":   "Content-Type: multipart/report; report-type=delivery-status; boundary=y\r\n\r\n--y\r\nContent-Type: message/rfc822\r\n\r\n" + good + "\r\n--y--\r\n",
		"nested": "Content-Type: multipart/report; boundary=y\r\n\r\n--y\r\nContent-Type: multipart/mixed; boundary=z\r\n\r\n--z\r\n" + status +
			"\r\n\r\n--z--\r\n\r\n--y--\r\n",
		"ninth part":    "Content-Type: multipart/report; boundary=y\r\n\r\n" + strings.Repeat("--y\r\n\r\nwords\r\n", mostParts) + "--y\r\n" + status + "\r\n\r\n--y--\r\n",
		"endless head":  "X: " + strings.Repeat("x", mostHeader+1) + "\r\n" + good,
		"far down":      strings.Replace(good, "words", strings.Repeat("words\r\n", mostRead/7), 1),
		"endless field": report("X: " + strings.Repeat("x", mostReport) + "\r\n" + recipient("failed", "5.1.1")),
		"empty":         "",
		"no headers":    "\r\n\r\n",
		"cut":           good[:strings.Index(good, "Status:")],
	} {
		t.Run(name, func(t *testing.T) {
			if raw == good {
				t.Fatal("nothing was changed")
			}
			if got := ReadReport(strings.NewReader(raw)); got != (Report{}) {
				t.Errorf("read as %+v", got)
			}
		})
	}
}

func FuzzReadReport(f *testing.F) {
	for _, name := range []string{"postfix", "exchange", "delayed", "holiday"} {
		f.Add(sample(f, name, "x@tickets.example"))
	}
	f.Add(report(recipient("failed", "4.4.7")))
	form := regexp.MustCompile(`^[45]\.[0-9]{1,3}\.[0-9]{1,3}$`)
	f.Fuzz(func(t *testing.T, raw string) {
		got := ReadReport(strings.NewReader(raw))
		switch {
		case !got.Failed && got != Report{}:
			t.Errorf("not failed, and yet %+v", got)
		case got.Failed && !form.MatchString(got.Status):
			t.Errorf("failed with status %q", got.Status)
		case got.Dead && got.Status[0] != '5':
			t.Errorf("dead with status %q", got.Status)
		}
	})
}
