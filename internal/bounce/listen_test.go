package bounce_test

import (
	"bufio"
	"net"
	"path/filepath"
	"strings"
	"testing"
)

// greeting dials and gives what the listener says first.
func greeting(t *testing.T, server string) (net.Conn, string) {
	t.Helper()
	c, err := net.Dial("tcp", server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	said, err := bufio.NewReader(c).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return c, said
}

// One network that opens connections and says nothing does not hold them all.
func TestListenerLeavesRoomForOthers(t *testing.T) {
	o := newOffice(t, "sqlite:"+filepath.Join(t.TempDir(), "line.db"), 1)
	server, _ := o.listen()
	var held []net.Conn
	for range 16 { // of 64 in all
		c, said := greeting(t, server)
		if !strings.HasPrefix(said, "220 ") {
			t.Fatalf("connection %d is told %q", len(held)+1, said)
		}
		held = append(held, c)
	}
	if _, said := greeting(t, server); !strings.HasPrefix(said, "421 ") {
		t.Errorf("one too many is told %q", said)
	}
	// Whoever goes makes room, as soon as the listener has noticed.
	_ = held[0].Close()
	for said := ""; !strings.HasPrefix(said, "220 "); {
		_, said = greeting(t, server)
	}
}
