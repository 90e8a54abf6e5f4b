package demo

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/inturn/inturn/internal/mail/letter"
	"github.com/inturn/inturn/internal/sale"
)

// postOffice is the crowd's own mail server: one mailbox for each fan, and in
// front of all of them a scanner that opens every link of every mail the
// moment it arrives, as companies and large providers do.
type postOffice struct {
	ln      net.Listener
	server  *smtp.Server
	browser *browser

	mu    sync.Mutex
	boxes map[string]*box
	taken map[sale.MailKind]int

	refused  atomic.Int64 // 550s given
	opened   atomic.Int64 // links that the scanner opened
	scanners sync.WaitGroup
	scanning context.Context //nolint:containedctx // scans belong to the server's life, not to one mail's
	stop     context.CancelFunc
}

// box is one fan's mailbox.
type box struct {
	dead  bool // takes no mail: 550
	mails chan letter.Letter
}

// boxSize is how many mails wait in a mailbox before it is full: 452, and the
// sender tries again, as mail servers do.
const boxSize = 64

// openPostOffice listens on a free port of loopback. Mail is taken once run
// is called.
func openPostOffice(b *browser) (*postOffice, error) {
	ln, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the crowd's mail: %w", err)
	}
	p := &postOffice{ln: ln, browser: b, boxes: map[string]*box{}, taken: map[sale.MailKind]int{}}
	p.scanning, p.stop = context.WithCancel(context.Background())
	p.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &delivery{post: p}, nil }))
	p.server.Domain = "crowd.example"
	p.server.MaxRecipients = 1
	p.server.MaxMessageBytes = mostPage
	p.server.ReadTimeout = 5 * time.Minute
	p.server.WriteTimeout = time.Minute
	p.server.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	return p, nil
}

// url is the server as an INTURN_SMTP_URL.
func (p *postOffice) url() string { return "smtp://" + p.ln.Addr().String() + "?tls=none" }

// run takes mail until close is called.
func (p *postOffice) run() error {
	if err := p.server.Serve(p.ln); err != nil {
		return fmt.Errorf("the crowd's mail server: %w", err)
	}
	return nil
}

// close ends the server and waits for the scanners.
func (p *postOffice) close() {
	p.stop()
	_ = p.server.Close() // its connections are idle by now, or the demo was stopped
	_ = p.ln.Close()     // in case it never served
	p.scanners.Wait()
}

// rent gives an address its mailbox.
func (p *postOffice) rent(address string, dead bool) *box {
	b := &box{dead: dead, mails: make(chan letter.Letter, boxSize)}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.boxes[address] = b
	return b
}

func (p *postOffice) find(address string) *box {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.boxes[address]
}

// counts says how many mails of each kind were taken.
func (p *postOffice) counts() map[sale.MailKind]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := map[sale.MailKind]int{}
	for kind, n := range p.taken {
		all[kind] = n
	}
	return all
}

// kindOf says what a mail is about. People read it; the machine reads the
// first word of the Message-ID, which is the same in every language.
func kindOf(l letter.Letter) sale.MailKind {
	kind, _, _ := strings.Cut(l.MessageID, ".")
	return sale.MailKind(kind)
}

// linkIn gives the link of the text part whose path begins so.
func linkIn(l letter.Letter, path string) string {
	for _, link := range l.Links() {
		if strings.Contains(link, path) {
			return link
		}
	}
	return ""
}

// scan opens what is linked in a mail, with GET and with HEAD, and never
// looks at what it sees.
func (p *postOffice) scan(l letter.Letter) {
	for _, link := range l.Links() {
		for _, method := range []string{http.MethodHead, http.MethodGet} {
			p.scanners.Go(func() {
				if _, err := p.browser.do(p.scanning, method, link, nil); err == nil {
					p.opened.Add(1)
				}
			})
		}
	}
}

// delivery is one SMTP session.
type delivery struct {
	post *postOffice
	to   *box
}

var _ smtp.Session = (*delivery)(nil)

func (d *delivery) Reset()        { d.to = nil }
func (d *delivery) Logout() error { return nil }

func (d *delivery) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt refuses for good whoever has no mailbox here, or a dead one.
func (d *delivery) Rcpt(to string, _ *smtp.RcptOptions) error {
	d.to = d.post.find(to)
	if d.to == nil || d.to.dead {
		d.post.refused.Add(1)
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such mailbox here"}
	}
	return nil
}

func (d *delivery) Data(r io.Reader) error {
	l, err := letter.Read(r)
	if err != nil {
		return err
	}
	select {
	case d.to.mails <- l:
	default:
		return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 2, 2}, Message: "The mailbox is full"}
	}
	d.post.mu.Lock()
	d.post.taken[kindOf(l)]++
	d.post.mu.Unlock()
	d.post.scan(l)
	return nil
}
