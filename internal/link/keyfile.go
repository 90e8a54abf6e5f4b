package link

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

// Purpose is what a key signs.
type Purpose string

// The purposes.
const (
	ForLinks    Purpose = "link"
	ForReceipts Purpose = "receipt"
	ForBounces  Purpose = "bounce"
)

// secret is one key as it lies on disk, one JSON file each. Seed is an
// Ed25519 seed for links and an HMAC key for the others, 32 bytes each.
//
// Files are numbered per purpose: link-0001.json, link-0002.json… The number
// orders the keys, whatever the clocks of those who made them said.
type secret struct {
	Purpose Purpose   `json:"purpose"`
	KID     string    `json:"kid"`
	Created time.Time `json:"created"`
	Seed    []byte    `json:"seed"`

	number int
}

const seedSize = 32

var (
	fileName = regexp.MustCompile(`^(link|receipt|bounce)-([0-9]{4,9})\.json$`)
	kidForm  = regexp.MustCompile(`^[a-z2-7]{8}$`)
)

func (s secret) path(dir string) string {
	return filepath.Join(dir, fmt.Sprintf("%s-%04d.json", s.Purpose, s.number))
}

// create stores s under its number, durably, and answers fs.ErrExist when
// another process has taken that number. The content is complete and synced
// before the name exists, so no reader ever meets half a key. Linking, unlike
// renaming, never replaces a file: of two that start at once one wins.
func (s secret) create(dir string) (err error) {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("encode key: %w", err)
	}
	tmp, err := os.CreateTemp(dir, ".new-*") // mode 0600
	if err != nil {
		return fmt.Errorf("create key file: %w", err)
	}
	defer func() { err = errors.Join(err, os.Remove(tmp.Name())) }()
	_, err = tmp.Write(append(data, '\n'))
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	if err := os.Link(tmp.Name(), s.path(dir)); err != nil {
		return fmt.Errorf("name key file: %w", err)
	}
	return syncDir(dir)
}

// readDir reads every key of dir, oldest first within each purpose.
func readDir(dir string) ([]secret, error) {
	entries, err := os.ReadDir(dir) // sorted by name
	if err != nil {
		return nil, fmt.Errorf("read key directory: %w", err)
	}
	var all []secret
	for _, e := range entries {
		m := fileName.FindStringSubmatch(e.Name())
		if m == nil {
			continue
		}
		s, err := readFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		s.number, _ = strconv.Atoi(m[2]) // up to nine digits: always fits
		if string(s.Purpose) != m[1] {
			return nil, fmt.Errorf("key file %s is for %q by its content", e.Name(), s.Purpose)
		}
		all = append(all, s)
	}
	return all, nil
}

// readFile reads one key, and refuses one that others than its owner can
// touch: who reads it can mint links.
func readFile(path string) (secret, error) {
	f, err := os.Open(path)
	if err != nil {
		return secret{}, fmt.Errorf("open key file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return secret{}, fmt.Errorf("look at key file: %w", err)
	}
	if mode := info.Mode(); !mode.IsRegular() || mode.Perm()&0o077 != 0 {
		return secret{}, fmt.Errorf("key file %s has mode %04o and can be read by others than its owner; "+
			"run: chmod 600 %s – and, if others may have read it, inturn keys rotate", path, mode.Perm(), path)
	}
	var s secret
	if err := json.NewDecoder(f).Decode(&s); err != nil {
		return secret{}, fmt.Errorf("key file %s is damaged", path) // the cause could quote the key
	}
	if len(s.Seed) != seedSize || !kidForm.MatchString(s.KID) {
		return secret{}, fmt.Errorf("key file %s is damaged", path)
	}
	return s, nil
}

// makeDir creates the key directory, and refuses one in which others could
// put keys of their own.
func makeDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("create key directory: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("look at key directory: %w", err)
	}
	if mode := info.Mode(); !mode.IsDir() || mode.Perm()&0o022 != 0 {
		return fmt.Errorf("key directory %s has mode %04o and can be written by others than its owner; "+
			"run: chmod 700 %s", dir, mode.Perm(), dir)
	}
	return syncDir(filepath.Dir(dir))
}

// syncDir makes the names in dir survive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync directory: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync directory %s: %w", dir, err)
	}
	return nil
}

func taken(err error) bool { return errors.Is(err, fs.ErrExist) }
