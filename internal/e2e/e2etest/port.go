package e2etest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
)

// Ports are taken below the range that systems draw from by themselves, so
// that nobody is given one of them while the process that had it is down.
const (
	firstPort = 20000
	lastPort  = 32000
)

// ports remembers what this test process has given out.
var ports struct {
	sync.Mutex
	given map[int]bool
}

// Address is a loopback address that nobody listens on and that no other
// call gives.
func Address(tb testing.TB) string {
	tb.Helper()
	ports.Lock()
	defer ports.Unlock()
	if ports.given == nil {
		ports.given = map[int]bool{}
	}
	for range 1000 {
		port := firstPort + rand.IntN(lastPort-firstPort)
		address := fmt.Sprintf("127.0.0.1:%d", port)
		if ports.given[port] {
			continue
		}
		ln, err := net.Listen("tcp", address)
		if err != nil {
			continue
		}
		ports.given[port] = true
		_ = ln.Close()
		return address
	}
	tb.Fatal("there is no free port")
	return ""
}
