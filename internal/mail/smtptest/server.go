package smtptest

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"

	"github.com/inturn/inturn/internal/mail/letter"
)

// Options shape a server; the zero value is a plain one that takes everything.
type Options struct {
	// Script decides the answers; nil answers ordinarily.
	Script Script
	// StartTLS offers STARTTLS, Implicit starts encrypted.
	StartTLS, Implicit bool
	// Users are names and passwords; AUTH is offered when there are any.
	Users map[string]string
	// Mechanisms are what AUTH offers, "PLAIN LOGIN" when empty.
	Mechanisms string
	// Cut says after how many bytes from and to the client a connection,
	// counted from 1, ends; negative is never. TLS bytes count as sent.
	Cut func(conn int) (in, out int)
	// Discard counts what was taken without keeping it.
	Discard bool
}

// Mail is one message taken.
type Mail struct {
	Conn int
	From string
	To   []string
	Raw  []byte // as sent, dots undone
	TLS  bool
	User string
}

// Server is one listening server. It is safe for concurrent use.
type Server struct {
	options Options
	ln      net.Listener
	closed  chan struct{}
	running sync.WaitGroup

	mu    sync.Mutex
	open  map[net.Conn]bool
	conns int
	nth   map[Stage]int
	taken int
	mails []Mail
	news  chan struct{} // closed and replaced whenever one is taken
}

// Start runs a server on loopback until the test ends.
func Start(tb testing.TB, o Options) *Server {
	tb.Helper()
	s, err := Listen(o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	return s
}

// Listen runs a server on loopback until it is closed.
func Listen(o Options) (*Server, error) {
	if o.Mechanisms == "" {
		o.Mechanisms = "PLAIN LOGIN"
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for test mail: %w", err)
	}
	s := &Server{
		options: o, ln: ln, closed: make(chan struct{}),
		open: map[net.Conn]bool{}, nth: map[Stage]int{}, news: make(chan struct{}),
	}
	s.running.Go(s.accept)
	return s, nil
}

// Close ends every connection and waits for them.
func (s *Server) Close() {
	s.mu.Lock()
	select {
	case <-s.closed:
	default:
		close(s.closed)
	}
	_ = s.ln.Close()
	for c := range s.open {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.running.Wait()
}

// Finish takes no new connection and waits for those there are to end by
// themselves, so that whatever their clients sent before hanging up counts.
func (s *Server) Finish() {
	_ = s.ln.Close()
	s.running.Wait()
}

// Addr is host:port.
func (s *Server) Addr() string { return s.ln.Addr().String() }

// URL is the server as an INTURN_SMTP_URL without a user.
func (s *Server) URL() string {
	mode := "none"
	switch {
	case s.options.Implicit:
		mode = "implicit"
	case s.options.StartTLS:
		mode = "starttls"
	}
	return "smtp://" + s.Addr() + "?tls=" + mode
}

// RootCAs vouch for the certificate of every server of this package.
func (s *Server) RootCAs() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(certificate().Leaf)
	return pool
}

// Certificate is the one of every server of this package, in DER.
func (s *Server) Certificate() []byte { return certificate().Certificate[0] }

// Count is how many mails were taken.
func (s *Server) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken
}

// Mails are the mails taken so far, oldest first.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

// Wait gives the mails taken once there are n of them, or what there was when
// ctx ended, with its error.
func (s *Server) Wait(ctx context.Context, n int) ([]Mail, error) {
	for {
		s.mu.Lock()
		mails, news := slices.Clone(s.mails), s.news
		s.mu.Unlock()
		if len(mails) >= n {
			return mails, nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return mails, fmt.Errorf("%d of %d mails: %w", len(mails), n, context.Cause(ctx))
		}
	}
}

// Letter reads a mail taken, and fails the test where it cannot.
func (m Mail) Letter(tb testing.TB) letter.Letter {
	tb.Helper()
	l, err := letter.Read(bytes.NewReader(m.Raw))
	if err != nil {
		tb.Fatalf("the mail taken cannot be read: %v", err)
	}
	return l
}

func (s *Server) accept() {
	for {
		c, err := s.ln.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conns++
		number := s.conns
		s.open[c] = true
		s.mu.Unlock()
		s.running.Go(func() {
			s.serve(number, c)
			_ = c.Close()
			s.mu.Lock()
			delete(s.open, c)
			s.mu.Unlock()
		})
	}
}

func (s *Server) serve(number int, raw net.Conn) {
	select {
	case <-s.closed:
		return // accepted while closing, so Close did not see it
	default:
	}
	in, out := -1, -1
	if s.options.Cut != nil {
		in, out = s.options.Cut(number)
	}
	var c net.Conn = &cutConn{Conn: raw, in: in, out: out}
	if s.options.Implicit {
		c = tls.Server(c, serverTLS())
	}
	session := &session{server: s, number: number, encrypted: s.options.Implicit}
	session.use(c)
	session.run()
}

// count notes that a stage was reached.
func (s *Server) count(stage Stage) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nth[stage]++
	return s.nth[stage]
}

func (s *Server) take(m Mail) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken++
	if !s.options.Discard {
		s.mails = append(s.mails, m)
	}
	close(s.news)
	s.news = make(chan struct{})
}
