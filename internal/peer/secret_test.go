package peer_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/inturn/inturn/internal/peer"
	"github.com/inturn/inturn/internal/sale"
)

func TestSecretIsMadeOnceAndForItsOwnerOnly(t *testing.T) {
	dir := t.TempDir()
	made, err := peer.LoadSecret(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, peer.SecretFile)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	again, err := peer.LoadSecret(dir, "")
	if err != nil || string(again) != string(made) {
		t.Errorf("another one the second time, %v", err)
	}
	// What stands in the file can be pasted into the other side's setting.
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	pasted, err := peer.LoadSecret(t.TempDir(), string(text))
	if err != nil || string(pasted) != string(made) {
		t.Errorf("pasted: not the same, %v", err)
	}
	if other, _ := peer.LoadSecret(t.TempDir(), ""); string(other) == string(made) {
		t.Error("two directories, one secret")
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("left behind: %v", files)
	}
}

func TestProcessesThatStartAtOnceShareTheSecret(t *testing.T) {
	dir := t.TempDir()
	secrets := make([]string, 16)
	var group sync.WaitGroup
	for i := range secrets {
		group.Go(func() {
			s, err := peer.LoadSecret(dir, "")
			if err != nil {
				t.Error(err)
			}
			secrets[i] = string(s)
		})
	}
	group.Wait()
	for _, s := range secrets {
		if s != secrets[0] {
			t.Fatal("more than one secret")
		}
	}
}

func TestTheSettingComesFirst(t *testing.T) {
	dir := t.TempDir()
	s, err := peer.LoadSecret(dir, secret)
	if err != nil || string(s) != secret {
		t.Errorf("%q, %v", string(s), err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 0 {
		t.Errorf("made a file all the same: %v", files)
	}
}

func TestSecretsThatAreRefused(t *testing.T) {
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o601} {
		dir := t.TempDir()
		path := filepath.Join(dir, peer.SecretFile)
		if err := os.WriteFile(path, []byte(secret), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := peer.LoadSecret(dir, ""); sale.CodeOf(err) != sale.CodeInvalid || !strings.Contains(err.Error(), path) {
			t.Errorf("mode %v: %v", mode, err)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, peer.SecretFile), []byte("  \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := peer.LoadSecret(dir, ""); sale.CodeOf(err) != sale.CodeInvalid {
		t.Errorf("empty file: %v", err)
	}
	if _, err := peer.LoadSecret(dir, "fifteen letters"); sale.CodeOf(err) != sale.CodeInvalid || strings.Contains(err.Error(), "letters") {
		t.Errorf("short setting: %v", err)
	}
	if _, err := peer.LoadSecret(filepath.Join(dir, "nowhere"), ""); err == nil {
		t.Error("no directory: no error")
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	s := struct{ Secret peer.Secret }{peer.Secret(secret)}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, said := range []string{fmt.Sprintf("%v %+v %#v %s", s, s, s, s.Secret), string(text)} {
		if strings.Contains(said, secret) || strings.Contains(said, "97") || !strings.Contains(said, "hidden") {
			t.Errorf("printed: %s", said)
		}
	}
}
