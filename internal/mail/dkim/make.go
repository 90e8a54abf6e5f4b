package dkim

import (
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/inturn/inturn/internal/sale"
)

// Make makes a key and stores it at ref.Path with mode 0600, in a directory
// that is made where it is missing. A file that is there is never replaced:
// its public half may be published already. The error is then CodeInvalid.
func Make(ref Ref, a Algorithm, random io.Reader) (Key, error) {
	var (
		private any
		err     error
	)
	switch a {
	case RSA:
		private, err = rsa.GenerateKey(random, leastRSA)
	case Ed25519:
		_, private, err = ed25519.GenerateKey(random)
	default:
		return Key{}, sale.E(sale.CodeInvalid, "%q is neither rsa nor ed25519", string(a))
	}
	if err != nil {
		return Key{}, fmt.Errorf("make key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return Key{}, fmt.Errorf("encode key: %w", err)
	}
	if err := store(ref.Path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})); err != nil {
		return Key{}, err
	}
	return Load(ref)
}

// store writes a file that must not be there yet, durably.
func store(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make key directory: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return sale.E(sale.CodeInvalid, "%s is there already and is not replaced; its public half may be published. Take another selector", path)
	}
	if err != nil {
		return fmt.Errorf("create key file: %w", err)
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write key file: %w", errors.Join(err, os.Remove(path)))
	}
	return nil
}
