package bounce

import "testing"

func TestNetworkOf(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7:25":           "192.0.2.7/32",
		"[::ffff:192.0.2.7]:25":  "192.0.2.7/32",
		"[2001:db8:1:2ff::7]:25": "2001:db8:1:200::/56",
		"[fe80::1%eth0]:25":      "fe80::/56",
	} {
		if got := networkOf(addr(address)).String(); got != want {
			t.Errorf("%s belongs to %s, want %s", address, got, want)
		}
	}
	if networkOf(addr("a pipe")).IsValid() {
		t.Error("what is no address has a network")
	}
}

// addr is an address as a connection tells it.
type addr string

func (addr) Network() string  { return "tcp" }
func (a addr) String() string { return string(a) }
