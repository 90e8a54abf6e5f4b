package link

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sale/saletest"
)

var noon = time.Date(2027, 3, 12, 12, 0, 0, 0, time.UTC)

func open(t testing.TB, dir string) *Keys {
	t.Helper()
	k, err := OpenKeys(dir, KeyOptions{Clock: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func tempKeys(t testing.TB) *Keys { return open(t, filepath.Join(t.TempDir(), "keys")) }

func TestOpenKeysCreatesOneKeyForEachPurposeAndKeepsThem(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data", "keys")
	first := open(t, dir)
	second := open(t, dir)
	if diff := cmp.Diff(first.List(), second.List()); diff != "" {
		t.Errorf("a second start changed the keys (-first +second):\n%s", diff)
	}
	if n := len(first.List()); n != 3 {
		t.Errorf("%d keys after the first start, want 3", n)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != 0o600 {
			t.Errorf("%s has mode %v, want 0600", f.Name(), info.Mode())
		}
	}
	if len(files) != 3 {
		t.Errorf("%d files in the key directory, want 3: no temporary file may stay", len(files))
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("directory: mode %v, %v; want 0700", info.Mode(), err)
	}
}

func TestOpenKeysAtOnceEndsWithOneKey(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	rings := make([]*Keys, 16)
	var all sync.WaitGroup
	for i := range rings {
		all.Go(func() { rings[i] = open(t, dir) })
	}
	all.Wait()
	for _, k := range rings {
		if diff := cmp.Diff(rings[0].List(), k.List()); diff != "" {
			t.Fatalf("two processes started with different keys:\n%s", diff)
		}
	}
}

func TestCreateNeverReplacesAKey(t *testing.T) {
	k := tempKeys(t)
	before := k.List()
	other, err := k.generate(ForLinks)
	if err != nil {
		t.Fatal(err)
	}
	other.number = 1
	if err := other.create(k.dir); !errors.Is(err, fs.ErrExist) {
		t.Errorf("create over a key: %v, want fs.ErrExist", err)
	}
	if diff := cmp.Diff(before, open(t, k.dir).List()); diff != "" {
		t.Errorf("the first key was replaced:\n%s", diff)
	}
}

func TestOpenKeysRefuses(t *testing.T) {
	link1 := func(k *Keys) string { return filepath.Join(k.dir, "link-0001.json") }
	for name, test := range map[string]struct {
		harm func(k *Keys) error
		want string
	}{
		"readable by the group": {func(k *Keys) error { return os.Chmod(link1(k), 0o640) }, "chmod 600"},
		"readable by all":       {func(k *Keys) error { return os.Chmod(link1(k), 0o604) }, "chmod 600"},
		"writable directory":    {func(k *Keys) error { return os.Chmod(k.dir, 0o770) }, "chmod 700"},
		"half a key":            {func(k *Keys) error { return os.Truncate(link1(k), 40) }, "damaged"},
		"a short seed": {func(k *Keys) error {
			return os.WriteFile(link1(k), []byte(`{"purpose":"link","kid":"aaaaaaaa","seed":"c2VjcmV0"}`), 0o600)
		}, "damaged"},
		"a receipt key for links":  {func(k *Keys) error { return os.Rename(filepath.Join(k.dir, "receipt-0001.json"), link1(k)) }, "is for"},
		"a directory in its place": {func(k *Keys) error { return errors.Join(os.Remove(link1(k)), os.Mkdir(link1(k), 0o700)) }, "chmod 600"},
	} {
		t.Run(name, func(t *testing.T) {
			k := tempKeys(t)
			if err := test.harm(k); err != nil {
				t.Fatal(err)
			}
			_, err := OpenKeys(k.dir, KeyOptions{Clock: func() time.Time { return noon }})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("OpenKeys: %v, want an error with %q", err, test.want)
			}
			if err != nil && strings.Contains(err.Error(), "c2VjcmV0") {
				t.Errorf("the error quotes the key: %v", err)
			}
		})
	}
}

func TestOpenKeysNamesAMissingOption(t *testing.T) {
	if _, err := OpenKeys(t.TempDir(), KeyOptions{}); err == nil || !strings.Contains(err.Error(), "Clock") {
		t.Errorf("OpenKeys without clock: %v", err)
	}
}

func TestOpenKeysWithAnExhaustedSourceStoresNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	_, err := OpenKeys(dir, KeyOptions{Clock: func() time.Time { return noon }, Rand: bytes.NewReader(make([]byte, 20))})
	if err == nil {
		t.Fatal("a key was made from too little randomness")
	}
	if files, _ := os.ReadDir(dir); len(files) != 0 {
		t.Errorf("left behind: %v", files)
	}
}

func TestRotate(t *testing.T) {
	k := tempKeys(t)
	oldLink, oldReceipt := k.Public()[0].KID, k.Receipt("fest", 7, noon)
	token, err := k.Mint(oldLink, Claims{Offer: "o1", Sale: "fest", Issued: noon, Ends: noon.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	newLink, err := k.Rotate(ForLinks)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Rotate(ForReceipts); err != nil {
		t.Fatal(err)
	}
	public := k.Public()
	if len(public) != 2 || public[0].KID != oldLink || public[1].KID != newLink {
		t.Errorf("public keys after rotation: %+v; want %s, then %s", public, oldLink, newLink)
	}
	var newest []bool
	for _, info := range k.List() {
		newest = append(newest, info.Newest)
	}
	if diff := cmp.Diff([]bool{true, false, true, false, true}, newest); diff != "" {
		t.Errorf("which keys are newest:\n%s", diff)
	}
	if k.Receipt("fest", 7, noon) == oldReceipt {
		t.Error("receipts are still signed with the old key")
	}
	if n, _, err := k.ReadReceipt("fest", oldReceipt); n != 7 || err != nil {
		t.Errorf("a receipt of the retired key: %d, %v", n, err)
	}
	if _, over, err := NewVerifier(public).Verify(token, noon); over || err != nil {
		t.Errorf("a link of the retired key: over %v, %v", over, err)
	}
	if _, err := k.Rotate("other"); err == nil {
		t.Error("rotated keys of an unknown purpose")
	}
}

// The line tells keys apart by when they were created: the newest that the
// box office has signs.
func TestCreatedRisesWithEveryKey(t *testing.T) {
	clock := saletest.NewClock(noon)
	k, err := OpenKeys(filepath.Join(t.TempDir(), "keys"), KeyOptions{Clock: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []time.Duration{0, time.Millisecond, -time.Hour, 2 * time.Hour} {
		clock.Advance(step)
		if _, err := k.Rotate(ForLinks); err != nil {
			t.Fatal(err)
		}
	}
	keys := k.Public()
	for i := 1; i < len(keys); i++ {
		if !keys[i-1].Created.Before(keys[i].Created) {
			t.Errorf("key %d was created at %v, the one before it at %v", i+1, keys[i].Created, keys[i-1].Created)
		}
	}
}

func TestRotateAtOnceLosesNoKey(t *testing.T) {
	k := tempKeys(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := open(t, k.dir).Rotate(ForLinks); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := len(open(t, k.dir).Public()); n != 9 {
		t.Errorf("%d link keys after 8 rotations at once, want 9", n)
	}
}

// A server must follow `inturn keys rotate` run beside it.
func TestKeysOfAnotherProcessAreFound(t *testing.T) {
	clock := saletest.NewClock(noon)
	dir := filepath.Join(t.TempDir(), "keys")
	serving, err := OpenKeys(dir, KeyOptions{Clock: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	other := open(t, dir)
	kid, err := other.Rotate(ForLinks)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Rotate(ForReceipts); err != nil {
		t.Fatal(err)
	}
	if n, _, err := serving.ReadReceipt("fest", other.Receipt("fest", 3, noon)); n != 3 || err != nil {
		t.Errorf("a receipt of the other process: %d, %v", n, err)
	}
	if _, err := serving.Mint(kid, Claims{Offer: "o", Sale: "fest", Issued: noon, Ends: noon.Add(time.Minute)}); err != nil {
		t.Errorf("a link with the other process's key: %v", err)
	}

	// Made-up kids must not make us read the directory more than once a second.
	if _, err := other.Rotate(ForReceipts); err != nil {
		t.Fatal(err)
	}
	young := other.Receipt("fest", 4, noon)
	if _, _, err := serving.ReadReceipt("fest", young); sale.CodeOf(err) != sale.CodeNotFound {
		t.Errorf("the directory was read twice in one second: %v", err)
	}
	clock.Set(noon.Add(time.Second))
	if n, _, err := serving.ReadReceipt("fest", young); n != 4 || err != nil {
		t.Errorf("a second later: %d, %v", n, err)
	}
}
