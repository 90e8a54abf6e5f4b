package bounce

import (
	"net"
	"net/netip"
	"sync"
)

// mostOfNetwork is how many connections one network may hold at once: as many
// as a busy relay of one's own needs, and far from all, so that one machine
// that opens connections and says nothing keeps nobody else out.
const mostOfNetwork = 16

// full is what one too many is told, for a try in a while (RFC 5321, 3.8).
const full = "421 4.7.0 Too many connections from your network, try again later\r\n"

// fairListener accepts so many connections of one network, and sends away the
// others.
type fairListener struct {
	net.Listener
	mu   sync.Mutex
	open map[netip.Prefix]int
}

func fair(ln net.Listener) net.Listener {
	return &fairListener{Listener: ln, open: map[netip.Prefix]int{}}
}

// Accept gives the next connection that is not one too many.
func (l *fairListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from := networkOf(c.RemoteAddr())
		if l.enter(from) {
			return &fairConn{Conn: c, leave: sync.OnceFunc(func() { l.leave(from) })}, nil
		}
		_, _ = c.Write([]byte(full)) // fits into any socket's buffer; who is gone need not hear it
		_ = c.Close()
	}
}

func (l *fairListener) enter(from netip.Prefix) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[from] >= mostOfNetwork {
		return false
	}
	l.open[from]++
	return true
}

func (l *fairListener) leave(from netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[from]--; l.open[from] == 0 {
		delete(l.open, from)
	}
}

// fairConn is counted until it is closed.
type fairConn struct {
	net.Conn
	leave func()
}

func (c *fairConn) Close() error {
	c.leave()
	return c.Conn.Close()
}

// networkOf is what belongs to one customer of a provider: an IPv4 address, or
// an IPv6 /56. Addresses that cannot be read share one network.
func networkOf(a net.Addr) netip.Prefix {
	from, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.Prefix{}
	}
	ip, bits := from.Addr().Unmap().WithZone(""), 32
	if ip.Is6() {
		bits = 56
	}
	return netip.PrefixFrom(ip, bits).Masked()
}
