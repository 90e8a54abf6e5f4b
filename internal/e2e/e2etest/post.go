package e2etest

import (
	"strings"
	"sync"
	"testing"

	"github.com/inturn/inturn/internal/mail/letter"
	"github.com/inturn/inturn/internal/mail/smtptest"
)

// The kinds of mail, as the first word of their Message-ID says.
const (
	Receipt      = "receipt"
	OfferMail    = "offer"
	Confirmation = "order"
	Decline      = "decline"
)

// Mail is one that the mail server took.
type Mail struct {
	letter.Letter
	Kind       string
	Recipients []string // of the envelope
	Envelope   string   // and its sender
	Raw        string
}

// OfferID is the header that names the offer.
func (m Mail) OfferID() string { return m.Headers.Get("X-Inturn-Offer") }

// Link is the offer's link, which stands on a line of its own; "" when there
// is none.
func (m Mail) Link() string { return m.line("/c/") }

// PlaceURL is the place page that the mail links to.
func (m Mail) PlaceURL() string { return m.line("/place/") }

// OrderURL is the order page that the mail links to.
func (m Mail) OrderURL() string { return m.line("/order/") }

// line is the line of the text that is nothing but an address with part in it.
func (m Mail) line(part string) string {
	for line := range strings.SplitSeq(m.Text, "\n") {
		if strings.HasPrefix(line, "http") && strings.Contains(line, part) && !strings.ContainsAny(line, " \t\r") {
			return line
		}
	}
	return ""
}

// Post reads what a mail server took. It is safe for concurrent use.
type Post struct {
	*smtptest.Server
	tb testing.TB

	mu   sync.Mutex
	read []Mail
}

// NewPost starts a mail server for the length of the test.
func NewPost(tb testing.TB, o smtptest.Options) *Post {
	tb.Helper()
	return &Post{Server: smtptest.Start(tb, o), tb: tb}
}

// All are the mails so far, in the order in which they were taken.
func (p *Post) All() []Mail {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.Mails()[len(p.read):] {
		l, err := letter.Read(strings.NewReader(string(m.Raw)))
		if err != nil {
			p.tb.Errorf("a mail cannot be read: %v\n%s", err, m.Raw)
		}
		kind, _, _ := strings.Cut(l.MessageID, ".")
		p.read = append(p.read, Mail{Letter: l, Kind: kind, Recipients: m.To, Envelope: m.From, Raw: string(m.Raw)})
	}
	return p.read
}

// To are an address's mails of a kind; every kind when it is "".
func (p *Post) To(address, kind string) []Mail {
	var to []Mail
	for _, m := range p.All() {
		if m.Letter.To == address && (kind == "" || m.Kind == kind) {
			to = append(to, m)
		}
	}
	return to
}

// Await waits for an address's first mail of a kind.
func (p *Post) Await(address, kind string) Mail {
	p.tb.Helper()
	return p.AwaitAfter(address, kind, 0)
}

// AwaitAfter waits for the mail of a kind that follows the first n.
func (p *Post) AwaitAfter(address, kind string, n int) Mail {
	p.tb.Helper()
	return Wait(p.tb, kind+" mail to "+address, func() (Mail, bool) {
		if all := p.To(address, kind); len(all) > n {
			return all[n], true
		}
		return Mail{}, false
	})
}
