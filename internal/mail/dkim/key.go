package dkim

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
)

// Algorithm is what a key signs with, spelled as in its DNS record.
type Algorithm string

// The algorithms.
const (
	RSA     Algorithm = "rsa"
	Ed25519 Algorithm = "ed25519"
)

// The sizes of an RSA key in bits. Receivers need not look at larger ones
// (RFC 8301, 3.2).
const (
	leastRSA = 2048
	mostRSA  = 4096
)

// Key signs under one selector.
type Key struct {
	Selector  string
	Algorithm Algorithm
	signer    crypto.Signer
}

// mostFile bounds a key file in bytes.
const mostFile = 64 << 10

// othersMayNot are the permissions that a key file must not give: nothing to
// everybody, and no writing to the group. The group may read, because that is
// how service managers and clusters hand secrets to a service.
const othersMayNot = 0o037

// Load reads the key that ref names: PEM with PKCS#8 or PKCS#1.
func Load(ref Ref) (Key, error) {
	// Looked at before it is opened, too: a pipe that nobody writes to would be
	// waited for, and no signal ends that.
	if info, err := os.Stat(ref.Path); err == nil && !info.Mode().IsRegular() {
		return Key{}, fmt.Errorf("%s is not a file", ref.Path)
	}
	f, err := os.Open(ref.Path)
	if err != nil {
		return Key{}, fmt.Errorf("open the key of selector %s: %w", ref.Selector, err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return Key{}, fmt.Errorf("look at key file: %w", err)
	case !info.Mode().IsRegular():
		return Key{}, fmt.Errorf("%s is not a file", ref.Path)
	case info.Mode().Perm()&othersMayNot != 0:
		return Key{}, fmt.Errorf("%s has mode %04o, so others than its owner can read or change it; run: chmod 600 %s "+
			"– and, if others may have read it, make a new key under another selector", ref.Path, info.Mode().Perm(), ref.Path)
	}
	data, err := io.ReadAll(io.LimitReader(f, mostFile))
	if err != nil {
		return Key{}, fmt.Errorf("read key file: %w", err)
	}
	k, err := parse(data)
	if err != nil {
		return Key{}, fmt.Errorf("%s: %w", ref.Path, err)
	}
	k.Selector = ref.Selector
	return k, nil
}

// LoadAll reads every key, or says what is wrong with each that is wrong.
func LoadAll(refs []Ref) ([]Key, error) {
	var (
		keys []Key
		errs []error
	)
	for _, ref := range refs {
		k, err := Load(ref)
		keys, errs = append(keys, k), append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return keys, nil
}

// parse reads PEM. Its errors say what the file is instead, without quoting.
func parse(data []byte) (Key, error) {
	block, _ := pem.Decode(data)
	if block == nil {
		return Key{}, errors.New("holds no PEM (-----BEGIN PRIVATE KEY-----)")
	}
	if block.Headers["DEK-Info"] != "" || block.Type == "ENCRYPTED PRIVATE KEY" {
		return Key{}, errors.New("holds a key with a passphrase; take that off, nobody is there to type it")
	}
	var (
		private any
		err     error
	)
	switch block.Type {
	case "PRIVATE KEY":
		private, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		private, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	default:
		return Key{}, fmt.Errorf("holds a %s and not a PRIVATE KEY", printable(block.Type))
	}
	if err != nil {
		return Key{}, errors.New("holds a damaged key") // the cause could quote it
	}
	return newKey(private)
}

func newKey(private any) (Key, error) {
	switch key := private.(type) {
	case *rsa.PrivateKey:
		if bits := key.N.BitLen(); bits < leastRSA || bits > mostRSA {
			return Key{}, fmt.Errorf("holds an RSA key of %d bits; %d to %d are good", bits, leastRSA, mostRSA)
		}
		return Key{Algorithm: RSA, signer: key}, nil
	case ed25519.PrivateKey:
		return Key{Algorithm: Ed25519, signer: key}, nil
	default:
		return Key{}, errors.New("holds a key that is neither RSA nor Ed25519")
	}
}

// printable keeps a PEM type to letters and spaces: it goes to a terminal.
func printable(text string) string {
	for _, r := range text {
		if (r < 'A' || r > 'Z') && r != ' ' {
			return "something else"
		}
	}
	return text
}
