package mailbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/sale"
)

// run opens a mailbox over dir and takes mail until stop is called, or the
// test ends.
func run(t *testing.T, dir string, o Options) (m *Mailbox, stop func()) {
	t.Helper()
	m, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return m, stop
}

func message(to, subject string) mail.Message {
	return mail.Message{
		From: "Lakeside <tickets@lakeside.example>", To: to, Subject: subject,
		Text: "Dear fan,\n\nhttps://checkout.example/c/x\n", HTML: "<p>Dear fan</p>",
		MessageID: "a.1@lakeside.example", Date: time.Date(2027, 3, 12, 11, 0, 0, 0, time.UTC),
		Headers: map[string]string{"X-Inturn-Offer": "abc"},
	}
}

func connect(t *testing.T, m *Mailbox) *mail.Conn {
	t.Helper()
	config, err := mail.Parse(m.URL())
	if err != nil {
		t.Fatal(err)
	}
	c, err := mail.New(config, mail.Options{}).Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func send(t *testing.T, m *Mailbox, messages ...mail.Message) {
	t.Helper()
	c := connect(t, m)
	defer c.Close()
	for _, one := range messages {
		if res := c.Send(t.Context(), one); res.Outcome != mail.Accepted {
			t.Errorf("%+v", res)
		}
	}
}

func subjects(entries []Entry) (s []string) {
	for _, e := range entries {
		s = append(s, e.Subject)
	}
	return s
}

func TestTakenIsKeptAndFound(t *testing.T) {
	m, _ := run(t, t.TempDir(), Options{})
	send(t, m, message("ann@fans.example", "one"), message("bob@fans.example", "two"), message("Ann@fans.example", "three"))
	if got := subjects(m.Messages("")); !cmp.Equal(got, []string{"three", "two", "one"}) {
		t.Errorf("all: %q", got)
	}
	anns := m.Messages("ANN@fans.example")
	if got := subjects(anns); !cmp.Equal(got, []string{"three", "one"}) {
		t.Errorf("Ann's: %q", got)
	}
	got, err := m.Message(anns[1].ID)
	if err != nil {
		t.Fatal(err)
	}
	want := message("ann@fans.example", "one")
	wantEntry := Entry{ID: "000000000001", To: "ann@fans.example", From: "tickets@lakeside.example", Subject: "one", Date: want.Date}
	if diff := cmp.Diff(wantEntry, got.Entry); diff != "" {
		t.Error(diff)
	}
	if got.Text != want.Text || got.HTML != want.HTML || got.Headers["X-Inturn-Offer"][0] != "abc" || !cmp.Equal(got.Links, []string{"https://checkout.example/c/x"}) {
		t.Errorf("%+v", got)
	}
	for _, id := range []string{"", "000000000009", "../000000000001", "000000000001.eml"} {
		if _, err := m.Message(id); sale.CodeOf(err) != sale.CodeNotFound {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestIndexIsRebuilt(t *testing.T) {
	dir := t.TempDir()
	m, stop := run(t, dir, Options{})
	send(t, m, message("ann@fans.example", "one"), message("bob@fans.example", "two"))
	before := m.Messages("")
	stop()
	// A crash left half a mail; somebody left a file of their own.
	for _, stray := range []string{"000000000003.part", "notes.txt", "notes.eml"} {
		if err := os.WriteFile(filepath.Join(dir, stray), []byte("Subject: half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m, _ = run(t, dir, Options{})
	if diff := cmp.Diff(before, m.Messages("")); diff != "" {
		t.Error(diff)
	}
	send(t, m, message("ann@fans.example", "three"))
	if got := m.Messages(""); got[0].ID != "000000000003" || got[0].Subject != "three" {
		t.Errorf("%+v", got)
	}
}

func TestOnlyTheNewestAreKept(t *testing.T) {
	dir := t.TempDir()
	m, stop := run(t, dir, Options{Keep: 3})
	for i := range 5 {
		send(t, m, message("ann@fans.example", fmt.Sprint(i)))
	}
	want := []string{"4", "3", "2"}
	if got := subjects(m.Messages("")); !cmp.Equal(got, want) {
		t.Errorf("%q", got)
	}
	stop()
	if files, _ := filepath.Glob(filepath.Join(dir, "*")); len(files) != 3 {
		t.Errorf("files %q", files)
	}
	m, _ = run(t, dir, Options{Keep: 2}) // a smaller bound holds from the start
	if got := subjects(m.Messages("")); !cmp.Equal(got, want[:2]) {
		t.Errorf("%q", got)
	}
}

func TestManyAtOnce(t *testing.T) {
	m, _ := run(t, t.TempDir(), Options{})
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 5 {
				send(t, m, message(fmt.Sprintf("fan%d@fans.example", i), fmt.Sprint(j)))
			}
		})
	}
	all.Wait()
	if got := len(m.Messages("")); got != 40 {
		t.Errorf("%d mails", got)
	}
	if got := subjects(m.Messages("fan3@fans.example")); !cmp.Equal(got, []string{"4", "3", "2", "1", "0"}) {
		t.Errorf("%q", got)
	}
}

// Two connections: what was begun first and synced last stands where its id
// says.
func TestSlowMailKeepsItsPlace(t *testing.T) {
	m, _ := run(t, t.TempDir(), Options{})
	begun, release := make(chan struct{}), make(chan struct{})
	m.files.sync = func(f *os.File) error {
		if filepath.Base(f.Name()) == "000000000001.part" {
			close(begun)
			<-release
		}
		return f.Sync()
	}
	var slow sync.WaitGroup
	slow.Go(func() { send(t, m, message("ann@fans.example", "first")) })
	<-begun
	send(t, m, message("ann@fans.example", "second"))
	if got := subjects(m.Messages("")); !cmp.Equal(got, []string{"second"}) {
		t.Errorf("before it was synced: %q", got)
	}
	close(release)
	slow.Wait()
	if got := subjects(m.Messages("")); !cmp.Equal(got, []string{"second", "first"}) {
		t.Errorf("%q", got)
	}
	for _, e := range m.Messages("") {
		if got, err := m.Message(e.ID); err != nil || got.Subject != e.Subject {
			t.Errorf("%s: %+v, %v", e.ID, got, err)
		}
	}
}

// Half a mail is none, whether it was cut off or came with a second recipient.
func TestHalfAMailIsNotKept(t *testing.T) {
	dir := t.TempDir()
	m, stop := run(t, dir, Options{})
	raw, err := net.Dial("tcp", m.Addr())
	if err != nil {
		t.Fatal(err)
	}
	c, err := smtp.NewClient(raw, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.Mail("a@b.example"), c.Rcpt("c@d.example")); err != nil {
		t.Fatal(err)
	}
	if err := c.Rcpt("e@f.example"); err == nil {
		t.Error("a second recipient was taken")
	}
	w, err := c.Data()
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(w, "Subject: half\r\n\r\nand then\r\n"+strings.Repeat("line\r\n", 2000))
	raw.Close()
	stop() // waits for the connection's end
	if files, _ := filepath.Glob(filepath.Join(dir, "*")); len(files) != 0 || len(m.Messages("")) != 0 {
		t.Errorf("kept %q", files)
	}
}

func TestNoRoomIsTemporary(t *testing.T) {
	dir := t.TempDir()
	m, _ := run(t, dir, Options{})
	// What a full disk or a lost mount does to every write.
	if err := m.files.close(); err != nil {
		t.Fatal(err)
	}
	c := connect(t, m)
	defer c.Close()
	if res := c.Send(t.Context(), message("ann@fans.example", "one")); res.Outcome != mail.Temporary || res.Code != 452 {
		t.Errorf("%+v", res)
	}
	if got := m.Messages(""); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

// Taken means kept: file and directory are synced before the 250, and where
// either fails nothing was taken.
func TestSyncedBeforeTaken(t *testing.T) {
	for failing := range 3 {
		dir := t.TempDir()
		m, _ := run(t, dir, Options{})
		var synced []string
		m.files.sync = func(f *os.File) error {
			synced = append(synced, filepath.Base(f.Name()))
			if len(synced) == failing {
				return errors.New("the disk is gone")
			}
			return f.Sync()
		}
		c := connect(t, m)
		res := c.Send(t.Context(), message("ann@fans.example", "one"))
		c.Close()
		files, _ := filepath.Glob(filepath.Join(dir, "*"))
		if failing == 0 {
			if res.Outcome != mail.Accepted || len(files) != 1 || len(synced) != 2 || synced[0] != "000000000001.part" {
				t.Errorf("%+v, files %q, synced %q", res, files, synced)
			}
			continue
		}
		if res.Outcome != mail.Temporary || len(files) != 0 || len(m.Messages("")) != 0 {
			t.Errorf("sync %d fails: %+v, files %q", failing, res, files)
		}
	}
}

func TestListensOnLoopbackOnly(t *testing.T) {
	m, _ := run(t, t.TempDir(), Options{})
	host, _, err := net.SplitHostPort(m.Addr())
	if err != nil || !net.ParseIP(host).IsLoopback() {
		t.Errorf("%s, %v", m.Addr(), err)
	}
}

func TestFilesAreNobodyElses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data", "mailbox")
	m, _ := run(t, dir, Options{})
	send(t, m, message("ann@fans.example", "one"))
	for path, want := range map[string]os.FileMode{dir: 0o700 | os.ModeDir, filepath.Join(dir, "000000000001.eml"): 0o600} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != want {
			t.Errorf("%s: %v, want %v", path, info.Mode(), want)
		}
	}
}
