package settings

import (
	"strings"

	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/mail/dkim"
)

// Setting is one row of the table.
type Setting struct {
	Name    string // the file's key; [Setting.Env] and [Setting.Flag] follow from it
	Section string // heading in the documentation
	Default string // as it would be written; "" when unset means something else
	Shape   string // what a value looks like
	Doc     string // one or two sentences for the operator
	Secret  bool   // may also come from a file named by NAME_FILE, and is hidden

	set  func(s *Settings, text string) error
	show func(text string) string // how a secret is shown
}

// Env is the setting's environment variable.
func (s Setting) Env() string { return "INTURN_" + strings.ToUpper(s.Name) }

// Headings of the documentation, in order.
const (
	sectionPlace = "Where things are"
	sectionNet   = "Listeners and addresses"
	sectionPeer  = "A box office on another machine"
	sectionMail  = "Mail"
	sectionLimit = "Limits"
	sectionRun   = "Running"
)

// Table is every setting there is, in the order of the documentation.
func Table() []Setting {
	var all []Setting
	for _, section := range [][]Setting{placeTable(), netTable(), peerTable(), mailTable(), limitTable(), runTable()} {
		all = append(all, section...)
	}
	return all
}

func placeTable() []Setting {
	return []Setting{
		{
			Name: "config", Section: sectionPlace, Shape: "path",
			Doc: "YAML file with any of the settings on this page. Only the environment and the command line can name it.",
			set: text(func(s *Settings) *string { return &s.Config }),
		},
		{
			Name: "data", Section: sectionPlace, Shape: "directory", Default: "data",
			Doc: "Keys, the peer secret, `line.db`, `boxoffice.db` and caught mail. Created with mode 0700. Back it up as a whole; not on NFS.",
			set: required(text(func(s *Settings) *string { return &s.Data })),
		},
		{
			Name: "line_dsn", Section: sectionPlace, Shape: "`sqlite:PATH` or `postgres://…`", Secret: true,
			Doc: "Database of the line: the order and the addresses. Unset: `sqlite:DATA/line.db`.",
			set: dsn(func(s *Settings) *string { return &s.LineDSN }), show: withoutCredentials,
		},
		{
			Name: "boxoffice_dsn", Section: sectionPlace, Shape: "`sqlite:PATH` or `postgres://…`", Secret: true,
			Doc: "Database of the box office: stock and orders. Unset: `sqlite:DATA/boxoffice.db`.",
			set: dsn(func(s *Settings) *string { return &s.BoxofficeDSN }), show: withoutCredentials,
		},
	}
}

func netTable() []Setting {
	const listen = "host:port"
	return []Setting{
		{
			Name: "registration_listen", Section: sectionNet, Shape: listen, Default: "127.0.0.1:8080",
			Doc: "Landing page, sign-up and place page. Port 0 lets the system choose; the chosen address is logged.",
			set: required(address(func(s *Settings) *string { return &s.RegistrationListen })),
		},
		{
			Name: "checkout_listen", Section: sectionNet, Shape: listen, Default: "127.0.0.1:8081",
			Doc: "Offer links and order pages.",
			set: required(address(func(s *Settings) *string { return &s.CheckoutListen })),
		},
		{
			Name: "console_listen", Section: sectionNet, Shape: listen, Default: "127.0.0.1:8082",
			Doc: "The organizers' pages, caught mail, metrics and health: keep it off the open internet, or behind a proxy with TLS.",
			set: required(address(func(s *Settings) *string { return &s.ConsoleListen })),
		},
		{
			Name: "peer_listen", Section: sectionNet, Shape: listen,
			Doc: "The wire between line and box office, and metrics. Unset: `127.0.0.1:8083` where `checkout` runs without a dispatcher, else closed.",
			set: address(func(s *Settings) *string { return &s.PeerListen }),
		},
		{
			Name: "registration_url", Section: sectionNet, Shape: "URL without a path",
			Doc: "What fans type and what mails link to. Unset: the listener's own address.",
			set: siteURL(func(s *Settings) *string { return &s.RegistrationURL }),
		},
		{
			Name: "checkout_url", Section: sectionNet, Shape: "URL without a path",
			Doc: "What offer links begin with. Required where registration or a dispatcher runs without checkout. Unset: the listener's own address.",
			set: siteURL(func(s *Settings) *string { return &s.CheckoutURL }),
		},
		{
			Name: "console_url", Section: sectionNet, Shape: "URL without a path",
			Doc: "What organizers type. Unset: the listener's own address.",
			set: siteURL(func(s *Settings) *string { return &s.ConsoleURL }),
		},
		{
			Name: "trusted_proxies", Section: sectionNet, Shape: "addresses or networks",
			Doc: "Reverse proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed, separated by commas. Unset: nobody's.",
			set: networks(func(s *Settings) *[]prefix { return &s.TrustedProxies }),
		},
	}
}

func peerTable() []Setting {
	return []Setting{
		{
			Name: "peer_url", Section: sectionPeer, Shape: "URL without a path",
			Doc: "Where the line side finds a box office that is not in its own process: that machine's peer listener. Required where a dispatcher runs without checkout.",
			set: siteURL(func(s *Settings) *string { return &s.PeerURL }),
		},
		{
			Name: "peer_secret", Section: sectionPeer, Shape: "at least 16 characters", Secret: true,
			Doc: "What both sides sign their calls and answers with. Unset: made in the data directory on first start (`peer.secret`); copy it to the other machine.",
			set: secret(func(s *Settings) *string { return &s.PeerSecret }), show: hidden,
		},
	}
}

func mailTable() []Setting {
	return []Setting{
		{
			Name: "smtp_url", Section: sectionMail, Shape: "`smtp://user:password@host:port?tls=starttls|implicit|none`", Secret: true,
			Doc: "Server that all mail leaves through. Unset: mail is caught inside the process and shown at `/mailbox` on the console's listener.",
			set: smtpURL(func(s *Settings) *string { return &s.SMTPURL }), show: withoutCredentials,
		},
		{
			Name: "bounce_address", Section: sectionMail, Shape: "address like `bounces@tickets.example`",
			Doc: "Where undeliverable mail comes back to: every mail is sent with a signed sub-address of this, `bounces+…@tickets.example`, as its envelope's sender. " +
				"Its domain should share the organizational domain of the sales' `mail.from`. Unset: mail comes back to `mail.from`, and nobody reads it here.",
			set: returnPath(func(s *Settings) *mail.ReturnPath { return &s.ReturnPath }),
		},
		{
			Name: "bounces_listen", Section: sectionMail, Shape: "host:port",
			Doc: "SMTP listener for what comes back to `bounce_address`, opened by a dispatcher or by `inturn bounces`. Unset: closed.",
			set: address(func(s *Settings) *string { return &s.BouncesListen }),
		},
		{
			Name: "helo", Section: sectionMail, Shape: "host name",
			Doc: "Name given to the mail server. Unset: the machine's name.",
			set: text(func(s *Settings) *string { return &s.Helo }),
		},
		{
			Name: "mail_per_second", Section: sectionMail, Shape: "0 or more", Default: "0",
			Doc: "Most mails in any second, over all instances and restarts; 0 sets no limit.",
			set: integer(func(s *Settings) *int { return &s.MailPerSecond }, 0, 1_000_000),
		},
		{
			Name: "mail_per_hour", Section: sectionMail, Shape: "0 or more", Default: "0",
			Doc: "Most mails in any hour, over all instances and restarts; 0 sets no limit. Set what the mail provider allows.",
			set: integer(func(s *Settings) *int { return &s.MailPerHour }, 0, 1_000_000_000),
		},
		{
			Name: "mail_connections", Section: sectionMail, Shape: "1 to 64", Default: "4",
			Doc: "Connections kept open to the mail server.",
			set: integer(func(s *Settings) *int { return &s.MailConnections }, 1, 64),
		},
		{
			Name: "dkim_keys", Section: sectionMail, Shape: "`selector:path`, separated by commas",
			Doc: "Private keys (PEM) that every mail is signed with, RSA of 2048 to 4096 bits or Ed25519, each under its selector; with several, a mail carries a signature by each. " +
				"`inturn keys dkim` makes one. Unset: mails are not signed here.",
			set: dkimKeys(func(s *Settings) *[]dkim.Ref { return &s.DKIMKeys }),
		},
		{
			Name: "dkim_domain", Section: sectionMail, Shape: "domain",
			Doc: "Domain that the keys sign for. Unset: the domain of each sale's `mail.from`, which is what DMARC wants.",
			set: domain(func(s *Settings) *string { return &s.DKIMDomain }),
		},
	}
}

func limitTable() []Setting {
	return []Setting{
		{
			Name: "limits", Section: sectionLimit, Shape: "`on` or `off`", Default: "on",
			Doc: "Whether sign-ups from one client network (IPv4 address, IPv6 /56) are limited. Nothing else is. Switch off for load tests and trusted networks only.",
			set: onOff(func(s *Settings) *bool { return &s.Limits }),
		},
		{
			Name: "limits_rate", Section: sectionLimit, Shape: "number above 0", Default: "10",
			Doc: "Sign-ups per second and client network in the long run. Many fans share one address behind mobile networks and campuses: be generous. What these limits mean to a crowd is shown in [robots.md](robots.md#limits).",
			set: positive(func(s *Settings) *float64 { return &s.LimitsRate }),
		},
		{
			Name: "limits_burst", Section: sectionLimit, Shape: "1 or more", Default: "200",
			Doc: "How many of them may come at once.",
			set: integer(func(s *Settings) *int { return &s.LimitsBurst }, 1, 1_000_000),
		},
		{
			Name: "limits_rush", Section: sectionLimit, Shape: "0 or more", Default: "2000",
			Doc: "How many of them may come in a rush before `limits_rate` holds; no more than `limits_burst`: there is no rush.",
			set: integer(func(s *Settings) *int { return &s.LimitsRush }, 0, 1_000_000),
		},
		{
			Name: "limits_peak", Section: sectionLimit, Shape: "number above 0", Default: "100",
			Doc: "How many of them per second while the rush lasts. A crowd behind one address is slower than that, a script is not.",
			set: positive(func(s *Settings) *float64 { return &s.LimitsPeak }),
		},
	}
}

func runTable() []Setting {
	return []Setting{
		{
			Name: "beat", Section: sectionRun, Shape: "duration", Default: "1s",
			Doc: "The dispatcher's heartbeat: collecting outcomes, closing what is over, sending mail. `100ms` to `1m`.",
			set: duration(func(s *Settings) *dur { return &s.Beat }, minBeat, maxBeat),
		},
		{
			Name: "log_level", Section: sectionRun, Shape: "`debug`, `info`, `warn` or `error`", Default: "info",
			Doc: "Least serious message to log. The log goes to standard error.",
			set: level(),
		},
		{
			Name: "log_format", Section: sectionRun, Shape: "`text` or `json`", Default: "text",
			Doc: "How a log line is written.",
			set: oneOf(func(s *Settings) *string { return &s.LogFormat }, "text", "json"),
		},
	}
}
