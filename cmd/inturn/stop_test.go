package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const stopSale = `
slug: lake
title: {en: Lake}
timezone: Europe/Zurich
languages: [en]
currency: CHF
organizer: {name: Lakeside}
registration: {opens: 2020-01-01T10:00, closes: 2090-01-01T10:00}
tickets: {stock: 100, max_per_fan: 4, price: "10.00"}
dispatch: {starts: 2089-01-01T12:00, ends: 2090-01-02T12:00, every: "@every 1m", batch: 10, link_life: 1h}
payment: none
mail: {from: "Lake <tickets@lake.example>", receipt: true}
`

// underWay is a serve with one sign-up in flight: the handler has begun to
// read a body of which half is missing.
type underWay struct {
	cmd  *exec.Cmd
	log  chan string // its lines; closed when it has closed its standard error
	conn net.Conn
	rest string // of the body
}

func startUnderWay(t *testing.T) *underWay {
	t.Helper()
	data := t.TempDir()
	env := append(os.Environ(), "INTURN_DATA="+data)
	file := filepath.Join(data, "sale.yaml")
	if err := os.WriteFile(file, []byte(stopSale), 0o600); err != nil {
		t.Fatal(err)
	}
	if code := realMain(context.Background(), []string{"sale", "apply", file}, process{env: env, stdout: io.Discard, stderr: os.Stderr}); code != 0 {
		t.Fatalf("sale apply exits with %d", code)
	}
	cmd := exec.Command("inturn", "serve", "registration", "--registration-listen", "127.0.0.1:0", "--checkout-url", "https://checkout.example")
	cmd.Env = env
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // it may have ended
	u := &underWay{cmd: cmd, log: make(chan string, 100)}
	go func() {
		defer close(u.log)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			u.log <- lines.Text()
		}
	}()
	u.begin(t, listening.FindStringSubmatch(u.await(t, "msg=listening"))[2])
	return u
}

// begin sends a request and half of its body. The server's "100 Continue"
// says that the handler is reading.
func (u *underWay) begin(t *testing.T, address string) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	body := "email=ann%40fans.example"
	head := "POST /lake HTTP/1.1\r\nHost: " + address + "\r\nAccept: application/json\r\nExpect: 100-continue\r\n" +
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 24\r\n\r\n"
	if _, err := io.WriteString(conn, head); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, len("HTTP/1.1 100 Continue\r\n\r\n"))
	if _, err := io.ReadFull(conn, answer); err != nil || !strings.Contains(string(answer), "100") {
		t.Fatalf("got %q, %v", answer, err)
	}
	if _, err := io.WriteString(conn, body[:10]); err != nil {
		t.Fatal(err)
	}
	u.conn, u.rest = conn, body[10:]
}

// await gives the first log line with the words.
func (u *underWay) await(t *testing.T, words string) string {
	t.Helper()
	timeout := time.After(time.Minute)
	for {
		select {
		case line, ok := <-u.log:
			if !ok {
				t.Fatalf("serve ended without saying %q", words)
			}
			if strings.Contains(line, words) {
				return line
			}
		case <-timeout:
			t.Fatalf("serve does not say %q", words)
		}
	}
}

func TestStopFinishesWhatIsInFlight(t *testing.T) {
	u := startUnderWay(t)
	if err := u.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	u.await(t, "msg=stopping")
	if _, err := io.WriteString(u.conn, u.rest); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(u.conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusCreated {
		t.Errorf("the sign-up in flight was answered %s", answer.Status)
	}
	u.await(t, "msg=stopped")
	if err := u.cmd.Wait(); err != nil {
		t.Errorf("serve ended with %v", err)
	}
}

func TestSecondSignalKills(t *testing.T) {
	u := startUnderWay(t)
	if err := u.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	u.await(t, "msg=stopping")
	ended := make(chan error, 1)
	go func() { ended <- u.cmd.Wait() }()
	again := time.NewTicker(10 * time.Millisecond) // the default handling comes back a moment after the first
	defer again.Stop()
	for {
		select {
		case <-again.C:
			_ = u.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		case <-ended:
			status, ok := u.cmd.ProcessState.Sys().(syscall.WaitStatus)
			if !ok || !status.Signaled() {
				t.Errorf("serve ended with %v, not by the signal", u.cmd.ProcessState)
			}
			return
		}
	}
}
