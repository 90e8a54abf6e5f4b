package registration

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func serve(b *testing.B, h http.Handler) string {
	b.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	go func() { _ = srv.Serve(ln) }()
	b.Cleanup(func() { _ = srv.Close() })
	return ln.Addr().String()
}

// load is b.N requests over some connections, each kept busy with one request
// after the other.
type load struct {
	*testing.B
	connections int
	addr        string
	request     func(into []byte) []byte // appends the next one
}

// fans counts the addresses of this process, so that none comes twice.
var fans atomic.Int64

// run gives the requests answered in a second.
func (l load) run(want int) float64 {
	conns := make([]net.Conn, l.connections)
	for i := range conns {
		c, err := net.Dial("tcp", l.addr)
		if err != nil {
			l.Fatal(err)
		}
		defer c.Close()
		conns[i] = c
	}
	var left atomic.Int64
	left.Store(int64(l.N))
	var wg sync.WaitGroup
	l.ResetTimer()
	for _, c := range conns {
		wg.Go(func() {
			r := bufio.NewReader(c)
			var request []byte
			for left.Add(-1) >= 0 {
				request = l.request(request[:0])
				if _, err := c.Write(request); err != nil {
					l.Error(err)
					return
				}
				if err := readAnswer(r, want); err != nil {
					l.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	l.StopTimer()
	rate := float64(l.N) / l.Elapsed().Seconds()
	l.ReportMetric(rate, "answers/s")
	return rate
}

// signUp is the form with an address that has not come yet.
func signUp(b []byte) []byte {
	body := strconv.AppendInt([]byte("lang=en&website=&email=fan"), fans.Add(1), 10)
	body = append(body, "%40example.org"...)
	b = append(b, "POST /lakeside-2027 HTTP/1.1\r\nHost: line.example\r\nAccept: text/html,*/*;q=0.8\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "...)
	b = strconv.AppendInt(b, int64(len(body)), 10)
	b = append(b, "\r\n\r\n"...)
	return append(b, body...)
}

// get asks for a page; header is a whole line, or empty.
func get(path, header string) func([]byte) []byte {
	request := []byte("GET " + path + " HTTP/1.1\r\nHost: line.example\r\nAccept: text/html,*/*;q=0.8\r\n" + header + "\r\n")
	return func(b []byte) []byte { return append(b, request...) }
}

// readAnswer reads a status and skips the rest, as cheaply as HTTP allows, so
// that little of what is measured is the generator.
func readAnswer(r *bufio.Reader, want int) error {
	length := 0
	for first := true; ; first = false {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if first && !bytes.Contains(line, strconv.AppendInt(nil, int64(want), 10)) {
			return fmt.Errorf("answered %q", line)
		}
		if n, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(n))); err != nil {
				return err
			}
		}
		if len(line) <= 2 {
			_, err := io.CopyN(io.Discard, r, int64(length))
			return err
		}
	}
}
