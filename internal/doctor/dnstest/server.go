// Package dnstest is a small DNS server for tests. It listens on loopback, by
// UDP and TCP, and answers from a zone that is written like this, one record a
// line:
//
//	lakeside.example            TXT   v=spf1 mx ~all
//	lakeside.example            MX    10 mail.lakeside.example
//	mail.lakeside.example       A     192.0.2.1
//	other.example               CNAME lakeside.example
//	slow.example                FAIL
//
// A name that has no line does not exist; FAIL answers that the server is at
// fault. What is longer than a datagram is cut there and told whole over TCP.
package dnstest

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// Server is one listening server.
type Server struct {
	udp     net.PacketConn
	tcp     net.Listener
	running sync.WaitGroup

	mu   sync.Mutex
	zone map[string][]record
}

type record struct {
	kind  string
	value string
}

// Start runs a server until the test ends.
func Start(tb testing.TB, zone string) *Server {
	tb.Helper()
	s, err := Listen(zone)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	return s
}

// Listen runs a server on one port of loopback until it is closed.
func Listen(zone string) (*Server, error) {
	s := &Server{}
	if err := s.Set(zone); err != nil {
		return nil, err
	}
	var err error
	for range 20 { // until a port is free for both
		if s.tcp, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return nil, fmt.Errorf("listen for DNS: %w", err)
		}
		if s.udp, err = net.ListenPacket("udp", s.tcp.Addr().String()); err == nil {
			break
		}
		s.tcp.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("listen for DNS: %w", err)
	}
	s.running.Go(s.serveUDP)
	s.running.Go(s.serveTCP)
	return s, nil
}

// Close ends it.
func (s *Server) Close() {
	_ = s.udp.Close()
	_ = s.tcp.Close()
	s.running.Wait()
}

// Addr is host:port, the same for UDP and TCP.
func (s *Server) Addr() string { return s.tcp.Addr().String() }

// Resolver asks this server only.
func (s *Server) Resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, s.Addr())
	}}
}

// Set replaces the zone.
func (s *Server) Set(zone string) error {
	all := map[string][]record{}
	for line := range strings.Lines(zone) {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if len(fields) < 2 {
			return fmt.Errorf("not a record: %q", line)
		}
		// The rest of the line is kept as it is written.
		rest := strings.TrimSpace(strings.SplitN(strings.TrimSpace(line), fields[1], 2)[1])
		name := strings.ToLower(strings.TrimSuffix(fields[0], "."))
		all[name] = append(all[name], record{fields[1], rest})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.zone = all
	return nil
}

func (s *Server) serveUDP() {
	buffer := make([]byte, 4096)
	for {
		n, from, err := s.udp.ReadFrom(buffer)
		if err != nil {
			return
		}
		if answer := s.answer(buffer[:n], 1232); answer != nil {
			_, _ = s.udp.WriteTo(answer, from) // who does not get it asks again
		}
	}
}

func (s *Server) serveTCP() {
	for {
		c, err := s.tcp.Accept()
		if err != nil {
			return
		}
		s.running.Go(func() {
			defer c.Close()
			var length [2]byte
			if _, err := io.ReadFull(c, length[:]); err != nil {
				return
			}
			query := make([]byte, binary.BigEndian.Uint16(length[:]))
			if _, err := io.ReadFull(c, query); err != nil {
				return
			}
			answer := s.answer(query, 65535)
			_, _ = c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
		})
	}
}

// answer packs the answer to one query, cut where it is too long.
func (s *Server) answer(query []byte, most int) []byte {
	var m dnsmessage.Message
	if m.Unpack(query) != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	reply := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: m.ID, Response: true, Authoritative: true, RecursionDesired: m.RecursionDesired, RecursionAvailable: true},
		Questions: m.Questions,
	}
	name := strings.ToLower(strings.TrimSuffix(q.Name.String(), "."))
	reply.Answers, reply.RCode = s.find(q, name)
	packed, err := reply.Pack()
	if err != nil {
		return nil
	}
	if len(packed) > most {
		reply.Answers, reply.Truncated = nil, true
		packed, _ = reply.Pack() // nothing is left that could not be packed
	}
	return packed
}

func (s *Server) find(q dnsmessage.Question, name string) ([]dnsmessage.Resource, dnsmessage.RCode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	records, ok := s.zone[name]
	if !ok {
		return nil, dnsmessage.RCodeNameError
	}
	var all []dnsmessage.Resource
	for _, r := range records {
		if r.kind == "FAIL" {
			return nil, dnsmessage.RCodeServerFailure
		}
		if r.kind == "CNAME" {
			all = append(all, resource(name, dnsmessage.TypeCNAME, &dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName(r.value + ".")}))
			for _, target := range s.zone[strings.ToLower(r.value)] {
				all = append(all, target.resources(q.Type, r.value)...)
			}
			continue
		}
		all = append(all, r.resources(q.Type, name)...)
	}
	return all, dnsmessage.RCodeSuccess
}

func resource(name string, kind dnsmessage.Type, body dnsmessage.ResourceBody) dnsmessage.Resource {
	header := dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName(name + "."), Type: kind, Class: dnsmessage.ClassINET, TTL: 1}
	return dnsmessage.Resource{Header: header, Body: body}
}

// resources is r as an answer to a question of this type: one or none.
func (r record) resources(asked dnsmessage.Type, name string) []dnsmessage.Resource {
	var body dnsmessage.ResourceBody
	kind := map[string]dnsmessage.Type{"A": dnsmessage.TypeA, "AAAA": dnsmessage.TypeAAAA, "TXT": dnsmessage.TypeTXT, "MX": dnsmessage.TypeMX}[r.kind]
	if kind != asked {
		return nil
	}
	switch kind {
	case dnsmessage.TypeA:
		body = &dnsmessage.AResource{A: netip.MustParseAddr(r.value).As4()}
	case dnsmessage.TypeAAAA:
		body = &dnsmessage.AAAAResource{AAAA: netip.MustParseAddr(r.value).As16()}
	case dnsmessage.TypeTXT:
		var parts []string
		for rest := r.value; rest != ""; {
			n := min(255, len(rest))
			parts, rest = append(parts, rest[:n]), rest[n:]
		}
		body = &dnsmessage.TXTResource{TXT: parts}
	case dnsmessage.TypeMX:
		preference, host, _ := strings.Cut(r.value, " ")
		n, _ := strconv.ParseUint(preference, 10, 16) // a wrong one is 0
		body = &dnsmessage.MXResource{Pref: uint16(n), MX: dnsmessage.MustNewName(strings.TrimSuffix(host, ".") + ".")}
	default:
		return nil
	}
	return []dnsmessage.Resource{resource(name, kind, body)}
}
