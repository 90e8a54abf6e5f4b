package settings

import (
	"log/slog"
	"net/netip"
	"path/filepath"
	"time"

	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/mail/dkim"
)

// Settings are the settings of one process, checked one by one. What depends
// on the roles that run is checked where the roles are known, in internal/app.
type Settings struct {
	Config string // file the settings were read from, or ""
	Data   string // directory of keys, databases and caught mail

	RegistrationListen string // host:port, port 0 lets the system choose
	CheckoutListen     string
	ConsoleListen      string
	PeerListen         string // "": only where a box office runs apart from its dispatcher

	RegistrationURL string // no trailing slash; "": made from the chosen address
	CheckoutURL     string
	ConsoleURL      string

	LineDSN      string // never empty
	BoxofficeDSN string // never empty

	PeerURL    string // "": the box office is in this process, or in its database
	PeerSecret string // "": made in the data directory

	SMTPURL         string // "": mail is caught inside the process
	Helo            string // "": the machine's name
	MailPerSecond   int    // 0: no limit
	MailPerHour     int    // 0: no limit
	MailConnections int
	DKIMKeys        []dkim.Ref // none: mails are not signed
	DKIMDomain      string     // "": the domain of each mail's From

	ReturnPath    mail.ReturnPath // zero: mails come back to the sale's own sender
	BouncesListen string          // "": nobody listens for them

	Limits         bool
	LimitsRate     float64 // requests a second and client network
	LimitsBurst    int
	LimitsRush     int
	LimitsPeak     float64
	TrustedProxies []netip.Prefix

	Beat      time.Duration
	LogLevel  slog.Level
	LogFormat string // "text" or "json"

	values   []Value
	warnings []string
}

// Value is one setting as `inturn config show` prints it.
type Value struct {
	Name   string `json:"name"`
	Value  string `json:"value"`  // secrets are replaced
	Source string `json:"source"` // "default", "file PATH:LINE", "environment NAME", "flag --name"
}

// Values are all settings in the table's order, secrets hidden.
func (s *Settings) Values() []Value { return s.values }

// Warnings are things that are allowed but rarely meant.
func (s *Settings) Warnings() []string { return s.warnings }

// derive fills in what follows from other settings.
func (s *Settings) derive() {
	if s.LineDSN == "" {
		s.LineDSN = "sqlite:" + filepath.Join(s.Data, "line.db")
	}
	if s.BoxofficeDSN == "" {
		s.BoxofficeDSN = s.boxofficeFile()
	}
}

func (s *Settings) boxofficeFile() string { return "sqlite:" + filepath.Join(s.Data, "boxoffice.db") }

// NamesBoxoffice says whether a setting names the box office's database: it
// is not the file that the data directory has for it.
func (s *Settings) NamesBoxoffice() bool { return s.BoxofficeDSN != s.boxofficeFile() }
