package main

import (
	"encoding/pem"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/inturn/inturn/internal/doctor/dnstest"
	"github.com/inturn/inturn/internal/mail/smtptest"
)

// What stands around a process, in scripts:
//
//	dns NAME FILE [record…]    a DNS server with the zone of FILE and more
//	                           records; $NAME is its host:port
//	smtp NAME [user:password]  a mail server with STARTTLS; $NAME is its URL
//	taken NAME                 prints the mails that it took
//	front NAME URL             a proxy with TLS before URL; $NAME is its URL
//
// The certificates of both are in $SSL_CERT_FILE.
type outside struct{ mail map[string]*smtptest.Server }

type outsideKey struct{}

func cmdDNS(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: dns NAME FILE [record…]")
	}
	s, err := dnstest.Listen(ts.ReadFile(args[1]) + "\n" + strings.Join(args[2:], "\n"))
	ts.Check(err)
	ts.Defer(s.Close)
	ts.Setenv(args[0], s.Addr())
}

func cmdSMTP(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: smtp NAME [user:password]")
	}
	o, login := smtptest.Options{StartTLS: true}, ""
	if len(args) == 2 {
		user, password, _ := strings.Cut(args[1], ":")
		o.Users, login = map[string]string{user: password}, args[1]+"@"
	}
	s, err := smtptest.Listen(o)
	ts.Check(err)
	ts.Defer(s.Close)
	trust(ts, s.Certificate())
	ts.Value(outsideKey{}).(*outside).mail[args[0]] = s
	ts.Setenv(args[0], strings.Replace(s.URL(), "smtp://", "smtp://"+login, 1))
}

func cmdTaken(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: taken NAME")
	}
	s, ok := ts.Value(outsideKey{}).(*outside).mail[args[0]]
	if !ok {
		ts.Fatalf("there is no mail server %s", args[0])
	}
	fmt.Fprintf(ts.Stdout(), "%d taken\n", s.Count())
	for _, m := range s.Mails() {
		fmt.Fprintf(ts.Stdout(), "%s", m.Raw)
	}
}

func cmdFront(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: front NAME URL")
	}
	target, err := url.Parse(args[1])
	ts.Check(err)
	s := httptest.NewUnstartedServer(httputil.NewSingleHostReverseProxy(target))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	s.StartTLS()
	ts.Defer(s.Close)
	trust(ts, s.Certificate().Raw)
	ts.Setenv(args[0], s.URL)
}

// trust makes programs of the script believe a certificate.
func trust(ts *testscript.TestScript, der []byte) {
	path := ts.Getenv("WORK") + "/ca.pem"
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	ts.Check(err)
	ts.Check(pem.Encode(f, &pem.Block{Type: "CERTIFICATE", Bytes: der}))
	ts.Check(f.Close())
	ts.Setenv("SSL_CERT_FILE", path)
}
