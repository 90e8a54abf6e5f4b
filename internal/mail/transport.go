package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"os"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"github.com/inturn/inturn/internal/mail/dkim"
	"github.com/inturn/inturn/internal/sale"
)

// Options adjust a Transport; the zero value is right for production.
type Options struct {
	// Name is what we call ourselves in EHLO; the machine's name when empty.
	Name string
	// Timeout is for connecting with everything up to AUTH, and then for
	// each command's answer; one minute when zero.
	Timeout time.Duration
	// DataTimeout is for the answer to the final dot, which servers take
	// their time over (RFC 5321, 4.5.3.2.6). Giving up there makes a mail
	// Unknown, so it is five minutes when zero.
	DataTimeout time.Duration
	// RootCAs vouch for the server's certificate; the system's when nil.
	RootCAs *x509.CertPool
	// DKIM signs every mail; nil signs none.
	DKIM *dkim.Signer
}

// Transport makes connections to one server. It is safe for concurrent use.
type Transport struct {
	config  Config
	options Options
}

// New gives a Transport; nothing is dialled yet.
func New(c Config, o Options) *Transport {
	if o.Name == "" {
		o.Name, _ = os.Hostname()
	}
	o.Name = cmp.Or(o.Name, "localhost")
	o.Timeout = cmp.Or(o.Timeout, time.Minute)
	o.DataTimeout = cmp.Or(o.DataTimeout, 5*time.Minute)
	return &Transport{config: c, options: o}
}

// Conn is one worker's connection, kept open between mails. It is not safe
// for concurrent use.
type Conn struct {
	transport *Transport
	live      *link // nil once broken or closed
}

// link is one TCP connection with its SMTP session.
type link struct {
	client *gomail.Client
	smtp   *smtp.Client
	wire   *wire
}

// quitTimeout bounds the wait for a courtesy.
const quitTimeout = 5 * time.Second

// Connect dials, greets, and authenticates. The error is CodeUnavailable and
// its message is fit for logs and readiness: what failed, without secrets.
func (t *Transport) Connect(ctx context.Context) (*Conn, error) {
	l, res := t.dial(ctx)
	if l == nil {
		return nil, sale.E(sale.CodeUnavailable, "mail server %s: %s", t.config.Addr(), res.Text)
	}
	return &Conn{transport: t, live: l}, nil
}

// Close says QUIT where that is still possible and lets go of the connection.
// It may be called more than once.
func (c *Conn) Close() {
	if c.live == nil {
		return
	}
	ctx, cancel := context.WithTimeoutCause(context.Background(), quitTimeout, errSilent)
	defer cancel()
	c.live.wire.begin(ctx)
	_ = c.live.client.CloseWithSMTPClient(c.live.smtp) // what QUIT answers changes nothing
	c.drop()
}

// drop ends the connection without another word; see the package comment.
func (c *Conn) drop() {
	_ = c.live.wire.end()
	_ = c.live.wire.raw.Close()
	c.live = nil
}

// dial gives a link, or the Result that a mail gets for want of one.
func (t *Transport) dial(ctx context.Context) (*link, Result) {
	ctx, cancel := context.WithTimeoutCause(ctx, t.options.Timeout, errSilent)
	defer cancel()
	l, err := t.open(ctx)
	if err != nil {
		return nil, dialResult(ctx, err)
	}
	return l, Result{}
}

// open connects, greets and authenticates until ctx ends.
func (t *Transport) open(ctx context.Context) (*link, error) {
	var raw net.Conn
	stop := func() bool { return true }
	client, err := t.client(func(dialing context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(dialing, network, address)
		if err != nil {
			return nil, err
		}
		// go-mail heeds a context while dialling only, and leaves the
		// connection open when a later step fails.
		raw, stop = conn, context.AfterFunc(ctx, func() { _ = conn.Close() })
		if t.config.TLS != Implicit {
			return raw, nil
		}
		// It knows an encrypted connection by its type.
		secure := tls.Client(raw, t.tlsConfig())
		return secure, secure.HandshakeContext(dialing)
	})
	if err != nil {
		return nil, err
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		if raw != nil {
			_ = raw.Close()
		}
		return nil, err
	}
	return &link{client: client, smtp: session, wire: newWire(raw, session, t.options)}, nil
}

// client configures go-mail. Each link has its own, because choosing an AUTH
// mechanism writes to it.
//
// No NOOP before a mail and no RSET after one: both are a round trip each
// that a server in order does not need (RFC 5321, 4.1.1.4: the dot's answer
// clears the session). A connection that died while idle shows at MAIL, where
// nothing is lost. The deadline that go-mail sets for a whole mail only backs
// up the wire's own, which are per command.
func (t *Transport) client(dial gomail.DialContextFunc) (*gomail.Client, error) {
	o := []gomail.Option{
		gomail.WithPort(t.config.Port),
		gomail.WithHELO(t.options.Name),
		gomail.WithTimeout(8*t.options.Timeout + t.options.DataTimeout),
		gomail.WithDialContextFunc(dial),
		gomail.WithTLSConfig(t.tlsConfig()),
		gomail.WithoutNoop(),
		gomail.WithoutRset(),
		gomail.WithoutSMTPUTF8(),
	}
	mechanisms := []gomail.SMTPAuthType{gomail.SMTPAuthPlain, gomail.SMTPAuthLogin}
	switch t.config.TLS {
	case Implicit:
		o = append(o, gomail.WithSSL())
	case NoTLS:
		o = append(o, gomail.WithTLSPolicy(gomail.NoTLS))
		mechanisms = []gomail.SMTPAuthType{gomail.SMTPAuthPlainNoEnc, gomail.SMTPAuthLoginNoEnc}
	default:
		o = append(o, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if t.config.User != "" {
		o = append(o, gomail.WithUsername(t.config.User), gomail.WithPassword(t.config.Password),
			gomail.WithOpportunisticSMTPAuth(mechanisms...))
	}
	return gomail.NewClient(t.config.Host, o...)
}

func (t *Transport) tlsConfig() *tls.Config {
	return &tls.Config{ServerName: t.config.Host, MinVersion: tls.VersionTLS12, RootCAs: t.options.RootCAs}
}

// dialResult reads a failure to connect. A 4xx passes by itself; everything
// else (refused, unreachable, no TLS, wrong password) wants a human.
func dialResult(ctx context.Context, err error) Result {
	res := Result{Outcome: Fault, Stage: StageConnect, Broken: true}
	var reply *textproto.Error
	switch {
	case ctx.Err() != nil:
		res.Text = clean(context.Cause(ctx).Error(), "")
		if !errors.Is(context.Cause(ctx), errSilent) {
			res.Outcome = Temporary // we were told to stop
		}
	case errors.As(err, &reply):
		res.Code, res.Text = reply.Code, clean(fmt.Sprintf("%d %s", reply.Code, reply.Msg), "")
		if reply.Code/100 == 4 {
			res.Outcome = Temporary
		}
	default:
		res.Text = clean(err.Error(), "")
	}
	return res
}
