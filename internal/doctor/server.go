package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/inturn/inturn/internal/mail"
)

// How many days a certificate must still be good for.
const (
	fewDays  = 14
	lastDays = 3
)

// server logs in at the mail server, and hands one mail over when it was told
// to.
func (d *Doctor) server(ctx context.Context, p Patient) []Finding {
	s := p.Server
	if s.Elsewhere {
		return nil
	}
	if s.Transport == nil {
		return []Finding{about{AreaServer, "server", "INTURN_SMTP_URL"}.warn("no mail server is set; mail is caught inside the process and leaves nowhere",
			"That is right for a rehearsal. No fan would get a mail.", "Set INTURN_SMTP_URL to smtp://user:password@host:587 of your mail provider.")}
	}
	ctx, cancel := context.WithTimeout(ctx, 3*d.o.Timeout)
	defer cancel()
	a := about{AreaServer, "login", s.Config.Addr()}
	senders := make([]string, 0, len(p.Senders))
	for _, sender := range p.Senders {
		if p.ReturnPath == "" {
			senders = append(senders, sender.Address)
		}
	}
	if p.ReturnPath != "" {
		senders = append(senders, p.ReturnPath)
	}
	probe, err := s.Transport.Probe(ctx, senders...)
	if err != nil {
		return []Finding{a.unreached(s.Config, err)}
	}
	all := slices.Concat(d.private(s, probe), []Finding{a.login(s, probe)}, mayUse(s, senders, probe))
	if s.SendTo != "" {
		all = append(all, d.send(ctx, p))
	}
	return all
}

// unreached says what stands between us and the server.
func (a about) unreached(c mail.Config, err error) Finding {
	const why = "No mail can leave: no receipt, no offer, no order."
	var e *mail.ProbeError
	if !errors.As(err, &e) {
		return a.fail(err.Error(), why, "Look at INTURN_SMTP_URL.")
	}
	switch e.Step {
	case mail.StepName:
		return a.fail("there is no host "+c.Host, why, "Correct the host in INTURN_SMTP_URL.")
	case mail.StepConnect:
		return a.fail("no connection: "+e.Text, why, "Look at host and port in INTURN_SMTP_URL, and whether the firewall here lets it out; many hosting companies block port 25, few block 587.")
	case mail.StepSilent:
		return a.fail("something listens and does not answer in time", why, "Look at the port: 465 wants ?tls=implicit, 587 ?tls=starttls. A firewall in between may swallow what is said.")
	case mail.StepCertificate:
		return a.fail("its certificate is not good: "+e.Text, why+" Without a good certificate anybody in between could read the password and every link.",
			"Write the host in INTURN_SMTP_URL as the certificate names it, or have the certificate renewed.")
	case mail.StepLogin:
		return a.fail("the login was refused: "+e.Text, why, "Correct user and password in INTURN_SMTP_URL (write @ : / % in a password as %40 %3A %2F %25). Some providers want a password made for applications.")
	default:
		return a.fail("no login: "+e.Text, why, "Look at tls= in INTURN_SMTP_URL (starttls for port 587, implicit for 465), and at what the server said.")
	}
}

func (a about) login(s Server, probe mail.Probe) Finding {
	if s.Config.User == "" {
		return a.ok(fmt.Sprintf("answers at %s; no user is set, so nobody logs in", probe.Addr))
	}
	return a.ok(fmt.Sprintf("answers at %s and takes user and password", probe.Addr))
}

// private looks at the encryption.
func (d *Doctor) private(s Server, probe mail.Probe) []Finding {
	a := about{AreaServer, "encryption", s.Config.Addr()}
	if probe.TLS == "" {
		if probe.Addr.IsLoopback() {
			return []Finding{a.ok("none, on this very machine")}
		}
		return []Finding{a.warn("none (tls=none)", "Addresses, links and the password travel readable for everybody in between.", "Write ?tls=starttls or ?tls=implicit in INTURN_SMTP_URL.")}
	}
	return []Finding{d.expiry(a, probe.Expires, probe.TLS+", certificate by "+named(probe.Issuer), "Have it renewed. Sending stops on the day it ends.")}
}

// named is who signed a certificate.
func named(issuer string) string {
	if issuer == "" {
		return "somebody without a name"
	}
	return issuer
}

// expiry judges how long a certificate is still good for.
func (d *Doctor) expiry(a about, ends time.Time, found, do string) Finding {
	days := int(ends.Sub(d.o.Clock()) / (24 * time.Hour))
	found += fmt.Sprintf(", good for %d more days (until %s)", days, ends.UTC().Format("2006-01-02"))
	switch {
	case days < lastDays:
		return a.fail(found, "It is not being renewed in time.", do)
	case days < fewDays:
		return a.warn(found, "What renews certificates by itself does so earlier.", do)
	default:
		return a.ok(found)
	}
}

// mayUse reports what the server said to each sender.
func mayUse(s Server, senders []string, probe mail.Probe) []Finding {
	var all []Finding
	for i, res := range probe.Senders {
		a := about{AreaServer, "sender", senders[i]}
		switch res.Outcome {
		case mail.Accepted:
			all = append(all, a.ok("may be used, as far as the server says before a mail is handed over"))
		case mail.Temporary:
			all = append(all, a.warn("no clear answer: "+res.Text, "A server that is busy or greets newcomers slowly says so.", "Try again in some minutes."))
		default:
			all = append(all, a.fail("the server refuses this sender: "+res.Text, "Every mail of the sales that send from it would be refused, and sending would stop.",
				"Allow the account to use this address at your mail provider, or write another mail.from into the sale."))
		}
	}
	if missing := len(senders) - len(probe.Senders); missing > 0 {
		all = append(all, about{AreaServer, "sender", s.Config.Addr()}.warn(fmt.Sprintf("the connection broke before %d senders were asked about", missing), "", "Try again."))
	}
	return all
}

// send hands over one mail, signed as all others are.
func (d *Doctor) send(ctx context.Context, p Patient) Finding {
	a := about{AreaServer, "test mail", p.Server.SendTo}
	if len(p.Senders) == 0 {
		return a.fail("there is no sender to send it from", "", "Name one with --from ADDRESS.")
	}
	conn, err := p.Server.Transport.Connect(ctx)
	if err != nil {
		return a.fail(err.Error(), "", "Try again.")
	}
	defer conn.Close()
	now, from := d.o.Clock(), p.Senders[0]
	res := conn.Send(ctx, mail.Message{
		From: from.Address, Envelope: p.ReturnPath, To: p.Server.SendTo, Subject: "inturn doctor: a test mail", Date: now, Lang: "en",
		MessageID: fmt.Sprintf("doctor.%d@%s", now.UnixNano(), from.Domain),
		Text: "This mail was handed over by inturn doctor, the way all mails of your sales are.\n\n" +
			"Look at its source. The line Authentication-Results that your mail server has put on top should say spf=pass, dkim=pass and dmarc=pass. " +
			"If the mail lay in the junk folder, so will those to your fans.\n",
	})
	switch res.Outcome {
	case mail.Accepted:
		return a.ok("handed over from " + from.Address + ". Look at its source where it arrives: Authentication-Results should say spf=pass, dkim=pass, dmarc=pass")
	case mail.Unknown, mail.Temporary:
		return a.warn("not certain: "+res.Text, "", "Look whether it arrives, or try again in some minutes.")
	default:
		return a.fail("refused ("+res.Stage+"): "+res.Text, "", "Read what the server says; it may be about the recipient, the sender, or the account.")
	}
}

// isPublic says whether an address can be reached from the internet.
func isPublic(ip netip.Addr) bool {
	return ip.IsValid() && !ip.IsLoopback() && !ip.IsPrivate() && !ip.IsLinkLocalUnicast() && !ip.IsUnspecified()
}
