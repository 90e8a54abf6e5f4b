package bounce

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/net/netutil"

	"github.com/inturn/inturn/internal/link"
)

// The bounds of the listener. Whoever wants more than this is not a mail
// server that brings one notification.
const (
	mostMessage     = 10 << 20 // bytes; what returns a whole mail of ours is far below
	mostConnections = 64
	idle            = time.Minute
	recording       = 30 * time.Second
	grace           = 10 * time.Second
)

// Serve takes mails on ln until ctx ends, finishes the one it is at, and
// returns nil. It speaks plain SMTP (RFC 5321).
func (d *Desk) Serve(ctx context.Context, ln net.Listener) error {
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &session{desk: d, ctx: context.WithoutCancel(ctx)}, nil
	}))
	s.Domain = d.o.ReturnPath.Domain()
	s.MaxRecipients = 1 // a notification is about one mail
	s.MaxMessageBytes = mostMessage
	s.ReadTimeout, s.WriteTimeout = idle, idle
	s.ErrorLog = slog.NewLogLogger(d.o.Logger.Handler(), slog.LevelDebug)
	served := make(chan error, 1)
	go func() { served <- s.Serve(netutil.LimitListener(fair(ln), mostConnections)) }()
	select {
	case err := <-served:
		return fmt.Errorf("take bounces: %w", err)
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	// An error is a sender who keeps the line open, or a listener closed
	// already: either way nothing more is taken.
	if err := s.Shutdown(ending); err != nil {
		_ = s.Close()
	}
	_ = ln.Close() // in case ctx ended before Serve knew the listener
	<-served       //nolint:errcheck // says the same once more
	return nil
}

// session is one connection.
type session struct {
	desk *Desk
	ctx  context.Context // ends with no stop: what was read is recorded
	to   link.Handover
}

var _ smtp.Session = (*session)(nil)

func (s *session) Reset()        { s.to = link.Handover{} }
func (s *session) Logout() error { return nil }

// Mail takes any sender: notifications have none, and some forwarders put
// themselves there.
func (s *session) Mail(string, *smtp.MailOptions) error { return nil }

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	h, ok := s.desk.Addressed(to)
	if !ok {
		s.desk.o.Observe(Refused)
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No mail of ours comes back to this address"}
	}
	s.to = h
	return nil
}

func (s *session) Data(r io.Reader) error {
	ctx, cancel := context.WithTimeout(s.ctx, recording)
	defer cancel()
	if _, err := s.desk.Take(ctx, s.to, r); err != nil {
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Cannot be recorded now, try again"}
	}
	return nil
}
