package mailbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/inturn/inturn/internal/mail/letter"
	"github.com/inturn/inturn/internal/sale"
)

// Options adjust a mailbox; the zero value is right.
type Options struct {
	Keep   int          // mails; 0: 50,000
	Logger *slog.Logger // nil: slog.Default
}

// Entry is one mail in the list.
type Entry struct {
	ID      string    `json:"id"`
	To      string    `json:"to"` // the envelope's recipient
	From    string    `json:"from"`
	Subject string    `json:"subject"`
	Date    time.Time `json:"date"`
}

// Mail is one mail, read.
type Mail struct {
	Entry
	Headers map[string][]string `json:"headers"`
	Text    string              `json:"text"`
	HTML    string              `json:"html"`
	Links   []string            `json:"links"` // of the text part, in order
}

// Mailbox is an open mailbox. It is safe for concurrent use.
type Mailbox struct {
	keep   int
	logger *slog.Logger
	files  *files
	ln     net.Listener
	server *smtp.Server

	mu      sync.RWMutex
	entries []Entry // oldest first
	next    uint64  // id of the next mail
}

// Open reads what dir holds, which is created when missing, and listens on a
// free port of loopback. Mails are taken once Run runs.
func Open(dir string, o Options) (*Mailbox, error) {
	if o.Keep <= 0 {
		o.Keep = 50_000
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	files, err := openFiles(dir)
	if err != nil {
		return nil, err
	}
	m := &Mailbox{keep: o.Keep, logger: o.Logger.With("part", "mailbox"), files: files}
	if err := m.load(); err != nil {
		return nil, errors.Join(err, files.close())
	}
	if m.ln, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, errors.Join(fmt.Errorf("listen for mail: %w", err), files.close())
	}
	m.server = m.newServer()
	return m, nil
}

// Addr is the SMTP listener's host:port.
func (m *Mailbox) Addr() string { return m.ln.Addr().String() }

// URL is the mailbox as an INTURN_SMTP_URL.
func (m *Mailbox) URL() string { return "smtp://" + m.Addr() + "?tls=none" }

// grace is for senders to finish the mail they are at when Run is told to end.
const grace = 5 * time.Second

// Run takes mails until ctx ends. A mailbox is run once; afterwards it can
// still be read.
func (m *Mailbox) Run(ctx context.Context) error {
	served := make(chan error, 1)
	go func() { served <- m.server.Serve(m.ln) }()
	select {
	case err := <-served:
		return fmt.Errorf("take mail: %w", err)
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	// An error is a sender who keeps the line open, or a listener closed
	// already: either way no more mail is taken.
	_ = m.server.Shutdown(ending)
	_ = m.ln.Close() // in case ctx ended before Serve knew the listener
	<-served         //nolint:errcheck // says the same once more
	return nil
}

// Messages lists the mails to one address, in any case of letters, newest
// first; all mails where to is empty.
func (m *Mailbox) Messages(to string) []Entry {
	m.mu.RLock()
	defer m.mu.RUnlock()
	found := []Entry{}
	for _, e := range slices.Backward(m.entries) {
		if to == "" || strings.EqualFold(e.To, to) {
			found = append(found, e)
		}
	}
	return found
}

// Message reads one mail; CodeNotFound when it is not, or no longer, there.
func (m *Mailbox) Message(id string) (Mail, error) {
	m.mu.RLock()
	at, found := m.find(id)
	var entry Entry
	if found {
		entry = m.entries[at]
	}
	m.mu.RUnlock()
	if !found {
		return Mail{}, notFound()
	}
	l, err := m.files.read(id, letter.Read)
	if err != nil {
		return Mail{}, err
	}
	links := l.Links()
	if links == nil {
		links = []string{}
	}
	return Mail{Entry: entry, Headers: l.Headers, Text: l.Text, HTML: l.HTML, Links: links}, nil
}

func notFound() error { return sale.E(sale.CodeNotFound, "There is no such mail here.") }

// find gives where id stands in the index, or would; the caller holds mu.
func (m *Mailbox) find(id string) (int, bool) {
	return slices.BinarySearchFunc(m.entries, id, func(e Entry, id string) int { return strings.Compare(e.ID, id) })
}

// load builds the index from the directory.
func (m *Mailbox) load() error {
	ids, err := m.files.list()
	if err != nil {
		return err
	}
	for _, id := range ids {
		l, err := m.files.read(id, letter.ReadHeader)
		if err != nil {
			m.logger.Warn("mail left out: it cannot be read", "id", id, "error", err)
			continue
		}
		m.entries = append(m.entries, entryOf(id, l))
	}
	m.next = 1
	if len(ids) > 0 {
		m.next = number(ids[len(ids)-1]) + 1
	}
	m.prune()
	return nil
}

// take keeps one mail, durably, before it returns.
func (m *Mailbox) take(raw []byte) error {
	l, err := letter.ReadHeader(strings.NewReader(string(raw)))
	if err != nil {
		return err
	}
	m.mu.Lock()
	id := name(m.next)
	m.next++
	m.mu.Unlock()
	if err := m.files.write(id, raw); err != nil { // several at once: syncs overlap
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	at, _ := m.find(id) // a later one may have been quicker
	m.entries = slices.Insert(m.entries, at, entryOf(id, l))
	m.prune()
	return nil
}

// prune removes the oldest beyond the bound; the caller holds mu.
func (m *Mailbox) prune() {
	for len(m.entries) > m.keep {
		if err := m.files.remove(m.entries[0].ID); err != nil {
			m.logger.Warn("old mail stays: it cannot be removed", "id", m.entries[0].ID, "error", err)
		}
		m.entries = m.entries[1:]
	}
}

func entryOf(id string, l letter.Letter) Entry {
	to := l.Headers.Get(deliveredTo)
	if to == "" {
		to = l.To
	}
	return Entry{ID: id, To: to, From: l.From, Subject: l.Subject, Date: l.Date.UTC()}
}
