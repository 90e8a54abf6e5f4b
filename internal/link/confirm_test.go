package link

import (
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

func confirmKeys(t testing.TB) *Keys {
	t.Helper()
	k, err := OpenKeys(t.TempDir()+"/keys", KeyOptions{Clock: func() time.Time { return time.Unix(1_800_000_000, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

const confirmRef = "mzxw6ytboi4dcmrthe2dkobvga"

func TestConfirmation(t *testing.T) {
	k := confirmKeys(t)
	ends := time.Unix(1_800_086_400, 0)
	token := k.Confirmation("lakeside", confirmRef, ends)
	if len(token) > maxTimed {
		t.Fatalf("%d bytes", len(token))
	}
	if _, err := k.Rotate(ForReceipts); err != nil {
		t.Fatal(err)
	}
	if ref, err := k.ReadConfirmation("lakeside", token, ends.Add(-time.Second)); ref != confirmRef || err != nil {
		t.Errorf("%q, %v", ref, err)
	}
	if ref, err := k.ReadConfirmation("lakeside", token, ends); sale.CodeOf(err) != sale.CodeConfirmOver || ref != "" {
		t.Errorf("at its end: %q, %v", ref, err)
	}
	parts := strings.Split(token, ".")
	join := func(i int, with string) string {
		changed := append([]string(nil), parts...)
		changed[i] = with
		return strings.Join(changed, ".")
	}
	for name, bad := range map[string]string{
		"empty":            "",
		"dots":             "...",
		"another key":      join(0, "aaaaaaaa"),
		"another name":     join(1, "nzxw6ytboi4dcmrthe2dkobvga"),
		"a later end":      join(2, "zzzzzz"),
		"no end":           join(2, ""),
		"upper case":       join(2, strings.ToUpper(parts[2])),
		"a leading zero":   join(2, "0"+parts[2]),
		"no mac":           join(3, ""),
		"more":             token + "A",
		"far too long":     strings.Repeat(token, 3),
		"a receipt's form": k.Receipt("lakeside", 1, ends),
	} {
		if ref, err := k.ReadConfirmation("lakeside", bad, time.Unix(1_800_000_000, 0)); sale.CodeOf(err) != sale.CodeNotFound || ref != "" {
			t.Errorf("%s: %q, %v", name, ref, err)
		}
	}
	if _, err := k.ReadConfirmation("lakeside-2", token, time.Unix(1_800_000_000, 0)); sale.CodeOf(err) != sale.CodeNotFound {
		t.Errorf("another sale: %v", err)
	}
}

// FuzzReadConfirmation: no token panics, and only one that we signed is read.
func FuzzReadConfirmation(f *testing.F) {
	k := confirmKeys(f)
	good := k.Confirmation("lakeside", confirmRef, time.Unix(1_800_086_400, 0))
	for _, seed := range []string{good, good + "A", good[1:], strings.ToUpper(good), "...", "", "aaaaaaaa.b.-1.c", strings.Repeat("a.", 50)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		ref, err := k.ReadConfirmation("lakeside", token, time.Unix(1_800_000_000, 0))
		if err == nil && (token != good || ref != confirmRef) {
			t.Errorf("%q is read as %q", token, ref)
		}
		if err != nil && (ref != "" || sale.CodeOf(err) != sale.CodeNotFound) {
			t.Errorf("%q: %q, %v", token, ref, err)
		}
	})
}
