package e2etest

import (
	"io"
	"net"
	"sync"
	"testing"
)

// Cable leads from an address of its own to a server, and can be cut.
type Cable struct {
	Addr   string
	target string
	ln     net.Listener
	going  sync.WaitGroup

	mu   sync.Mutex
	cut  bool
	open map[net.Conn]bool
}

// NewCable lays a cable to target (host:port) for the length of the test.
func NewCable(tb testing.TB, target string) *Cable {
	tb.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	c := &Cable{Addr: ln.Addr().String(), target: target, ln: ln, open: map[net.Conn]bool{}}
	c.going.Go(c.accept)
	tb.Cleanup(func() {
		_ = ln.Close()
		c.Cut()
		c.going.Wait()
	})
	return c
}

// Cut ends every connection, and every later one as soon as it is made.
func (c *Cable) Cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = true
	for conn := range c.open {
		_ = conn.Close()
	}
}

// Mend lets connections through again.
func (c *Cable) Mend() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = false
}

func (c *Cable) accept() {
	for {
		near, err := c.ln.Accept()
		if err != nil {
			return
		}
		c.going.Go(func() { c.carry(near) })
	}
}

func (c *Cable) carry(near net.Conn) {
	defer near.Close()
	far, err := net.Dial("tcp", c.target)
	if err != nil {
		return
	}
	defer far.Close()
	if !c.keep(near, far) {
		return
	}
	defer c.drop(near, far)
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
		both.Go(func() {
			_, _ = io.Copy(way[0], way[1])
			_ = near.Close()
			_ = far.Close()
		})
	}
	both.Wait()
}

func (c *Cable) keep(conns ...net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range conns {
		c.open[conn] = true
	}
	return !c.cut
}

func (c *Cable) drop(conns ...net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range conns {
		delete(c.open, conn)
	}
}
