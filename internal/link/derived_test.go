package link

import (
	"bytes"
	"testing"
	"time"
)

// TestDerivedSecrets: one secret for each purpose and key, found again by the
// key's name after a rotation and by another process.
func TestDerivedSecrets(t *testing.T) {
	dir := t.TempDir() + "/keys"
	open := func() *Keys {
		k, err := OpenKeys(dir, KeyOptions{Clock: func() time.Time { return time.Unix(1_800_000_000, 0) }})
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	k, other := open(), open()
	kid, before := k.Secret("challenge")
	if _, another := k.Secret("confirm"); bytes.Equal(before, another) || len(before) != 32 {
		t.Error("two purposes share a secret")
	}
	first := k.FirstSecret("network")
	newer, err := k.Rotate(ForReceipts)
	if err != nil {
		t.Fatal(err)
	}
	now, after := k.Secret("challenge")
	if now != newer || bytes.Equal(before, after) {
		t.Error("a rotation changed nothing")
	}
	for _, keys := range []*Keys{k, other} {
		for id, want := range map[string][]byte{kid: before, newer: after} {
			if got, ok := keys.SecretOf(id, "challenge"); !ok || !bytes.Equal(got, want) {
				t.Errorf("the secret of %s is not found again", id)
			}
		}
		if !bytes.Equal(keys.FirstSecret("network"), first) {
			t.Error("the first secret changed")
		}
	}
	for _, id := range []string{"", "aaaaaaaa", "../../etc"} {
		if _, ok := k.SecretOf(id, "challenge"); ok {
			t.Errorf("%q is a key", id)
		}
	}
}
