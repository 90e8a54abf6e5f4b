package templates

import (
	"io"
	"time"
)

func mailboxSamples() []sample {
	line := MailLine{
		URL: "/mailbox/000000000007", To: "ann@fans.example", From: "tickets@lakeside.example",
		Subject: "It is <your> turn", Date: noon,
	}
	list := func(what string, d MailboxPage) sample {
		return sample{"mailbox/list", what, func(t *Templates, w io.Writer, lang string) error {
			d.Frame = Frame{Lang: lang}
			return t.MailboxPage(w, d)
		}}
	}
	mail := func(what string, change func(*MailPage)) sample {
		return sample{"mailbox/mail", what, func(t *Templates, w io.Writer, lang string) error {
			d := MailPage{
				Frame: Frame{Lang: lang}, MailLine: line, Text: "Hello\n\nhttps://checkout.example/c/x\n",
				Links: []string{"https://checkout.example/c/x"}, FrameURL: line.URL + "/html",
				ToURL: "/mailbox?to=ann%40fans.example", ListURL: "/mailbox",
			}
			change(&d)
			return t.MailPage(w, d)
		}}
	}
	return []sample{
		list("empty", MailboxPage{}),
		list("one", MailboxPage{Total: 1, Mails: []MailLine{line}}),
		list("pages", MailboxPage{Total: 120, Mails: []MailLine{line, {URL: "/mailbox/000000000006"}}, NewestURL: "/mailbox", OlderURL: "/mailbox?before=000000000006"}),
		list("one address", MailboxPage{To: "ann@fans.example", Total: 1, Mails: []MailLine{line}}),
		mail("whole", func(*MailPage) {}),
		mail("text only", func(d *MailPage) { d.FrameURL, d.Links = "", nil }),
		mail("bare", func(d *MailPage) { d.Subject, d.Date = "", time.Time{} }),
	}
}
