package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"net/textproto"
	"syscall"
	"time"
)

// Probe is what a look at the server has shown, up to the login.
type Probe struct {
	Addr    netip.Addr // where it answered
	TLS     string     // "TLS 1.3"; empty where nothing is encrypted
	Issuer  string     // who vouches for its certificate
	Expires time.Time  // when the certificate does
	Senders []Result   // what was said to MAIL, one for each sender asked about
}

// Step is where a probe came to its end.
type Step string

// The steps.
const (
	StepName        Step = "name"        // the host's name has no address
	StepConnect     Step = "connect"     // nothing listens there, or nothing gets through
	StepSilent      Step = "silent"      // something listens and says nothing
	StepCertificate Step = "certificate" // the certificate is not good for this name and time
	StepLogin       Step = "login"       // user or password is refused
	StepOther       Step = "other"       // the text says it
)

// ProbeError is why a server cannot be used. Its text is fit for logs.
type ProbeError struct {
	Step Step
	Code int // the reply's, 0 where there was none
	Text string
}

func (e *ProbeError) Error() string { return string(e.Step) + ": " + e.Text }

// Probe connects, greets, authenticates, asks of each sender whether it may
// be used, and leaves. No recipient is named and nothing is sent. The error is
// a *[ProbeError].
func (t *Transport) Probe(ctx context.Context, senders ...string) (Probe, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, t.options.Timeout, errSilent)
	defer cancel()
	l, err := t.open(ctx)
	if err != nil {
		return Probe{}, probeError(ctx, err)
	}
	c := &Conn{transport: t, live: l}
	defer c.Close()
	p := l.look()
	for _, sender := range senders {
		res := c.mayUse(ctx, sender)
		if p.Senders = append(p.Senders, res); res.Broken {
			break
		}
	}
	return p, nil
}

func (l *link) look() Probe {
	var p Probe
	if addr, ok := l.wire.raw.RemoteAddr().(*net.TCPAddr); ok {
		p.Addr = addr.AddrPort().Addr().Unmap()
	}
	if state, err := l.smtp.GetTLSConnectionState(); err == nil {
		p.TLS = tls.VersionName(state.Version)
		if len(state.PeerCertificates) > 0 {
			p.Issuer, p.Expires = state.PeerCertificates[0].Issuer.String(), state.PeerCertificates[0].NotAfter
		}
	}
	return p
}

// mayUse begins a mail from sender and takes it back.
func (c *Conn) mayUse(ctx context.Context, sender string) Result {
	from, err := asciiAddress(sender)
	if err != nil {
		return Result{Outcome: Fault, Stage: StageMessage, Text: "not an address that SMTP can carry"}
	}
	c.live.wire.begin(ctx)
	if c.live.smtp.Mail("<"+from+">") == nil {
		_ = c.live.smtp.Reset() // judged from the wire
	}
	why := c.live.wire.end()
	last := c.live.wire.decisive()
	answer, clear := parseReply(last.reply)
	res := Result{Outcome: Accepted, Code: answer.code, Stage: last.stage, Text: clean(answer.text, sender), Broken: why != nil || !clear}
	switch {
	case !clear, answer.code/100 == 4:
		res.Outcome = Temporary
	case answer.code/100 != 2:
		res.Outcome = Fault
	}
	if res.Broken {
		c.drop()
	}
	return res
}

func probeError(ctx context.Context, err error) *ProbeError {
	res := dialResult(ctx, err)
	e := &ProbeError{Step: StepOther, Code: res.Code, Text: res.Text}
	var (
		name  *net.DNSError
		dial  *net.OpError
		cert  *tls.CertificateVerificationError
		host  x509.HostnameError
		reply *textproto.Error
	)
	switch {
	case errors.Is(context.Cause(ctx), errSilent):
		e.Step = StepSilent
	case errors.As(err, &name):
		e.Step = StepName
	case errors.As(err, &cert), errors.As(err, &host):
		e.Step = StepCertificate
	case errors.As(err, &reply):
		if reply.Code == 454 || reply.Code/10 == 53 {
			e.Step = StepLogin
		}
	case errors.Is(err, syscall.ECONNREFUSED), errors.As(err, &dial) && dial.Op == "dial":
		e.Step = StepConnect
	}
	return e
}
