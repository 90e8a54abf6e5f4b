package smtptest

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"regexp"
	"strings"
)

// mostLine bounds a command, and mostMail a mail, in bytes.
const (
	mostLine = 4 << 10
	mostMail = 16 << 20
)

// session is one connection's dialogue.
type session struct {
	server    *Server
	number    int
	conn      net.Conn
	in        *bufio.Reader
	encrypted bool
	user      string
	envelope  Mail
	mailing   bool // between MAIL and the end of that mail
}

func (s *session) use(c net.Conn) {
	s.conn, s.in = c, bufio.NewReaderSize(c, mostLine)
}

// run holds the dialogue. Every step says whether to go on.
func (s *session) run() {
	if !s.answer(Greeting, "", "220 smtptest ready") {
		return
	}
	for {
		line, ok := s.readLine()
		if !ok || !s.command(line) {
			return
		}
	}
}

func (s *session) readLine() (string, bool) {
	line, err := s.in.ReadSlice('\n')
	if err != nil {
		return "", false
	}
	return strings.TrimRight(string(line), "\r\n"), true
}

func (s *session) command(line string) bool {
	verb, rest, _ := strings.Cut(line, " ")
	switch strings.ToUpper(verb) {
	case "EHLO":
		s.reset()
		return s.answer(EHLO, line, s.extensions())
	case "HELO":
		s.reset()
		return s.answer(EHLO, line, "250 smtptest")
	case "STARTTLS":
		return s.startTLS(line)
	case "AUTH":
		return s.auth(line, rest)
	case "MAIL":
		return s.mail(line)
	case "RCPT":
		return s.rcpt(line)
	case "DATA":
		return s.data(line)
	case "RSET":
		s.reset()
		return s.answer(RSET, line, "250 2.0.0 forgotten")
	case "NOOP":
		return s.answer(NOOP, line, "250 2.0.0 here")
	case "QUIT":
		s.answer(QUIT, line, "221 2.0.0 bye")
		return false
	default:
		return s.answer(Other, line, "500 5.5.2 what")
	}
}

func (s *session) reset() { s.envelope, s.mailing = Mail{}, false }

func (s *session) extensions() string {
	lines := []string{"250-smtptest", "250-8BITMIME", "250-SMTPUTF8", "250-ENHANCEDSTATUSCODES"}
	if s.server.options.StartTLS && !s.encrypted {
		lines = append(lines, "250-STARTTLS")
	}
	if len(s.server.options.Users) > 0 {
		lines = append(lines, "250-AUTH "+s.server.options.Mechanisms)
	}
	return strings.Join(append(lines, "250 SIZE 16777216"), "\n")
}

func (s *session) startTLS(line string) bool {
	if !s.server.options.StartTLS || s.encrypted {
		return s.answer(STARTTLS, line, "502 5.5.1 no STARTTLS here")
	}
	said, ok := s.say(STARTTLS, line, "220 2.0.0 go ahead")
	if !ok || !strings.HasPrefix(said, "220") {
		return ok
	}
	s.encrypted = true
	s.reset()
	s.use(tls.Server(s.conn, serverTLS()))
	return true
}

func (s *session) auth(line, rest string) bool {
	user, password, ok := s.credentials(rest)
	if !ok {
		return false
	}
	usual := "535 5.7.8 wrong name or password"
	if known, found := s.server.options.Users[user]; found && known == password {
		usual = "235 2.7.0 welcome"
	}
	said, ok := s.say(AUTH, line, usual)
	if strings.HasPrefix(said, "235") {
		s.user = user
	}
	return ok
}

// credentials holds the dialogue of PLAIN (RFC 4616) or LOGIN.
func (s *session) credentials(rest string) (user, password string, ok bool) {
	mechanism, first, _ := strings.Cut(rest, " ")
	switch strings.ToUpper(mechanism) {
	case "PLAIN":
		if first == "" {
			if first, ok = s.ask(""); !ok {
				return "", "", false
			}
		}
		raw, _ := base64.StdEncoding.DecodeString(first)
		if parts := strings.Split(string(raw), "\x00"); len(parts) == 3 {
			return parts[1], parts[2], true
		}
		return "", "", true
	case "LOGIN":
		name, ok := s.ask("Username:")
		if !ok {
			return "", "", false
		}
		secret, ok := s.ask("Password:")
		rawName, _ := base64.StdEncoding.DecodeString(name)
		rawSecret, _ := base64.StdEncoding.DecodeString(secret)
		return string(rawName), string(rawSecret), ok
	default:
		return "", "", true
	}
}

func (s *session) ask(challenge string) (string, bool) {
	if !s.write("334 " + base64.StdEncoding.EncodeToString([]byte(challenge)) + "\r\n") {
		return "", false
	}
	return s.readLine()
}

var angled = regexp.MustCompile(`<([^>]*)>`)

func address(line string) string {
	if found := angled.FindStringSubmatch(line); found != nil {
		return found[1]
	}
	return ""
}

func (s *session) mail(line string) bool {
	if s.mailing {
		return s.answer(MAIL, line, "503 5.5.1 one mail at a time")
	}
	s.envelope = Mail{Conn: s.number, From: address(line), TLS: s.encrypted, User: s.user}
	said, ok := s.say(MAIL, line, "250 2.1.0 sender ok")
	s.mailing = strings.HasPrefix(said, "2")
	return ok
}

func (s *session) rcpt(line string) bool {
	if !s.mailing {
		return s.answer(RCPT, line, "503 5.5.1 MAIL first")
	}
	s.envelope.To = append(s.envelope.To, address(line))
	said, ok := s.say(RCPT, line, "250 2.1.5 recipient ok")
	if !strings.HasPrefix(said, "2") {
		s.envelope.To = s.envelope.To[:len(s.envelope.To)-1]
	}
	return ok
}

func (s *session) data(line string) bool {
	if len(s.envelope.To) == 0 {
		return s.answer(DATA, line, "503 5.5.1 RCPT first")
	}
	said, ok := s.say(DATA, line, "354 go ahead")
	if !ok || !strings.HasPrefix(said, "354") {
		return ok
	}
	if s.envelope.Raw, ok = s.readMail(); !ok {
		return false
	}
	defer s.reset()
	_, ok = s.say(Dot, ".", "250 2.0.0 taken")
	return ok
}

// readMail reads up to the final dot; without it there is no mail.
func (s *session) readMail() ([]byte, bool) {
	var raw bytes.Buffer
	for raw.Len() < mostMail {
		line, err := s.in.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return nil, false
		}
		if string(line) == ".\r\n" {
			return raw.Bytes(), true
		}
		raw.Write(bytes.TrimPrefix(line, []byte(".")))
	}
	return nil, false
}

// answer is say for those who only need to know whether to go on.
func (s *session) answer(stage Stage, line, usual string) bool {
	_, ok := s.say(stage, line, usual)
	return ok
}

// say answers as the script wants, else as usual, and gives what was said. A
// mail that this answer takes is kept before it leaves, as a real server's is.
func (s *session) say(stage Stage, line, usual string) (string, bool) {
	m := Moment{
		Conn: s.number, Stage: stage, Nth: s.server.count(stage), Line: line,
		From: s.envelope.From, TLS: s.encrypted, User: s.user,
	}
	if n := len(s.envelope.To); n > 0 {
		m.To = s.envelope.To[n-1]
	}
	if stage == Dot {
		m.Mail = &s.envelope
	}
	var r Reply
	if s.server.options.Script != nil {
		r = s.server.options.Script(m)
	}
	if r.ordinary() {
		r.Text = usual
	}
	if stage == Dot && (r.Take || strings.HasPrefix(r.Text, "2")) {
		s.server.take(s.envelope)
	}
	if r.Wait != nil {
		select {
		case <-r.Wait:
		case <-s.server.closed:
			return "", false
		}
	}
	text := r.Text
	if !r.Raw && text != "" {
		text = strings.ReplaceAll(text, "\n", "\r\n") + "\r\n"
	}
	return r.Text, s.write(text) && !r.Hangup
}

func (s *session) write(text string) bool {
	_, err := io.WriteString(s.conn, text)
	return err == nil
}
