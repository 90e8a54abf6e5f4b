package peer

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/inturn/inturn/internal/sale"
)

// Secret is what both sides sign with. It prints as "[hidden]".
type Secret []byte

// minSecret is the least length of a secret in bytes; a made one has 26
// characters, which are 128 random bits.
const minSecret = 16

func (s Secret) String() string { return "[hidden]" }

// GoString hides the secret from %#v too.
func (s Secret) GoString() string { return "[hidden]" }

// MarshalText hides the secret from JSON and logs.
func (s Secret) MarshalText() ([]byte, error) { return []byte("[hidden]"), nil }

func (s Secret) check() error {
	if len(s) < minSecret {
		return sale.E(sale.CodeInvalid, "INTURN_PEER_SECRET has %d characters; it needs at least %d", len(s), minSecret)
	}
	return nil
}

// SecretFile is the name of the secret in the data directory.
const SecretFile = "peer.secret"

// LoadSecret gives the secret of this side: setting, which is the value of
// INTURN_PEER_SECRET, or when that is empty the file [SecretFile] in dir. The
// first start makes the file, for its owner only; a file that others can read
// is refused. Space around the secret does not count, so the file's text can be
// pasted into the other side's setting.
//
// Processes that start at once on an empty directory end up with one secret.
func LoadSecret(dir, setting string) (Secret, error) {
	if setting != "" {
		return readSecret([]byte(setting))
	}
	path := filepath.Join(dir, SecretFile)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeSecret(dir, path); err != nil {
			return nil, fmt.Errorf("make the peer secret: %w", err)
		}
		info, err = os.Stat(path)
	}
	if err != nil {
		return nil, fmt.Errorf("open the peer secret: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, sale.E(sale.CodeInvalid, "%s can be read by others than its owner; chmod 600 it, and change the secret if they may have", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the peer secret: %w", err)
	}
	return readSecret(text)
}

func readSecret(text []byte) (Secret, error) {
	s := Secret(bytes.TrimSpace(text))
	return s, s.check()
}

// makeSecret writes a new secret beside path and links it there: whoever looks
// sees a whole one or none, and the first of several stays.
func makeSecret(dir, path string) error {
	f, err := os.CreateTemp(dir, SecretFile+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(rand.Text() + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
