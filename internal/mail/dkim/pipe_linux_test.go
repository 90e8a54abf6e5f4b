package dkim

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A pipe that nobody writes to is refused and not waited for.
func TestLoadWaitsForNoPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key.pem")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	loaded := make(chan error, 1)
	go func() {
		_, err := Load(Ref{Selector: "s", Path: path})
		loaded <- err
	}()
	select {
	case err := <-loaded:
		if err == nil || !strings.Contains(err.Error(), "is not a file") {
			t.Errorf("loading a pipe gives %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("loading a pipe waits for somebody to write to it")
	}
}
