package mailbox

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/inturn/inturn/internal/mail/letter"
)

// files is the directory: one ID.eml per mail, whole or not there at all.
type files struct {
	root *os.Root
	sync func(*os.File) error // (*os.File).Sync, but in tests
}

const (
	ending    = ".eml"
	unfinish  = ".part"
	idPattern = `[0-9]{12}`
)

var wholeFile = regexp.MustCompile(`^` + idPattern + `\.eml$`)

// name is the id of the n-th mail: of one length, so that ids sort as text.
func name(n uint64) string { return fmt.Sprintf("%012d", n) }

// number undoes name.
func number(id string) uint64 {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		panic(err) // ids come from name, or passed wholeFile
	}
	return n
}

func openFiles(dir string) (*files, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make mailbox directory: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open mailbox directory: %w", err)
	}
	return &files{root: root, sync: (*os.File).Sync}, nil
}

func (f *files) close() error { return f.root.Close() }

// list gives the ids there are, oldest first, and sweeps away what a crash
// left half-written.
func (f *files) list() ([]string, error) {
	found, err := fs.ReadDir(f.root.FS(), ".")
	if err != nil {
		return nil, fmt.Errorf("read mailbox directory: %w", err)
	}
	var ids []string
	for _, file := range found {
		switch {
		case wholeFile.MatchString(file.Name()):
			ids = append(ids, strings.TrimSuffix(file.Name(), ending))
		case strings.HasSuffix(file.Name(), unfinish):
			if err := f.root.Remove(file.Name()); err != nil {
				return nil, fmt.Errorf("sweep mailbox directory: %w", err)
			}
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// write returns once the mail would survive a power cut. After an error
// nothing of it is there.
func (f *files) write(id string, raw []byte) error {
	err := f.writeSynced(id+unfinish, raw)
	if err == nil {
		err = f.root.Rename(id+unfinish, id+ending)
	}
	if err == nil {
		err = f.syncDirectory()
	}
	if err != nil {
		_ = f.root.Remove(id + unfinish) // one of the two is there, at most
		_ = f.root.Remove(id + ending)
		return fmt.Errorf("keep mail: %w", err)
	}
	return nil
}

func (f *files) writeSynced(name string, raw []byte) error {
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(raw)
	return cmp.Or(err, f.sync(file), file.Close())
}

func (f *files) syncDirectory() error {
	dir, err := f.root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(f.sync(dir), dir.Close())
}

// read reads one mail with how. A file that is gone is CodeNotFound.
func (f *files) read(id string, how func(io.Reader) (letter.Letter, error)) (letter.Letter, error) {
	file, err := f.root.Open(id + ending)
	if errors.Is(err, fs.ErrNotExist) {
		return letter.Letter{}, notFound()
	}
	if err != nil {
		return letter.Letter{}, fmt.Errorf("open mail: %w", err)
	}
	defer file.Close()
	return how(file)
}

func (f *files) remove(id string) error { return f.root.Remove(id + ending) }
