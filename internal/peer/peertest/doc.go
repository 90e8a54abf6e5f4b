// Package peertest is for tests of the wire and over it: one conformance suite
// for every peer.BoxOffice, and a network that fails in every way a network
// can, on command.
package peertest
