package link

import (
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sale/saletest"
)

func TestBounceTagNamesItsHandover(t *testing.T) {
	k := tempKeys(t)
	for _, h := range []Handover{
		{Try: 1, Started: noon},
		{Try: 412, Started: noon.Add(37 * time.Millisecond)},
		{Try: 1<<63 - 1, Started: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)},
	} {
		tag := k.BounceTag(h)
		if len(tag) != TagLength || strings.Trim(tag, "abcdefghijklmnopqrstuvwxyz234567") != "" {
			t.Errorf("tag %q is not %d lower-case letters and digits", tag, TagLength)
		}
		for _, spelled := range []string{tag, strings.ToUpper(tag)} { // relays may fold case
			if got, err := k.ReadBounceTag(spelled); err != nil || got.Try != h.Try || !got.Started.Equal(h.Started) {
				t.Errorf("%q is read as %+v, %v; want %+v", spelled, got, err, h)
			}
		}
	}
}

// Every letter counts: nobody gets from one hand-over to another.
func TestReadBounceTagRefuses(t *testing.T) {
	k := tempKeys(t)
	tag := k.BounceTag(Handover{Try: 7, Started: noon})
	for i := range tag {
		for _, c := range "a2z7" {
			if forged := tag[:i] + string(c) + tag[i+1:]; forged != tag {
				refusedTag(t, k, forged)
			}
		}
	}
	for _, forged := range []string{
		"", "x", tag[1:], tag + "a", tag + "\n", tag[:20] + "\r\n" + tag[20:], tag[:47] + "=", strings.Repeat("a", TagLength), strings.Repeat("é", 24),
		tempKeys(t).BounceTag(Handover{Try: 7, Started: noon}), // another line's
	} {
		refusedTag(t, k, forged)
	}
	// A receipt key is no bounce key, whatever it would sign.
	receipts := k.ring.Load().receipt
	refusedTag(t, k, makeTag(receipts, Handover{Try: 7, Started: noon}))
}

func refusedTag(t *testing.T, k *Keys, forged string) {
	t.Helper()
	h, err := k.ReadBounceTag(forged)
	if sale.CodeOf(err) != sale.CodeNotFound || h != (Handover{}) {
		t.Errorf("%q is read as %+v, %v", forged, h, err)
	}
	if err != nil && forged != "" && forged != "x" && strings.Contains(err.Error(), forged) {
		t.Errorf("the error quotes the tag: %v", err)
	}
}

func TestBounceTagsOfARetiredKeyAreRead(t *testing.T) {
	clock := saletest.NewClock(noon)
	k := tempKeys(t)
	h := Handover{Try: 7, Started: noon}
	old := k.BounceTag(h)
	other, err := OpenKeys(k.dir, KeyOptions{Clock: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Rotate(ForBounces); err != nil {
		t.Fatal(err)
	}
	if k.BounceTag(h) == old {
		t.Error("tags are still signed with the old key")
	}
	if got, err := k.ReadBounceTag(old); err != nil || got != h {
		t.Errorf("a tag of the retired key: %+v, %v", got, err)
	}
	// A process that was there before learns of the new key when it meets it.
	if got, err := other.ReadBounceTag(k.BounceTag(h)); err != nil || got != h {
		t.Errorf("a tag of a key made meanwhile: %+v, %v", got, err)
	}
}

func FuzzReadBounceTag(f *testing.F) {
	k := tempKeys(f)
	f.Add(k.BounceTag(Handover{Try: 7, Started: noon}))
	f.Add(strings.Repeat("a", TagLength))
	f.Fuzz(func(t *testing.T, tag string) {
		h, err := k.ReadBounceTag(tag)
		if err == nil && !strings.EqualFold(k.BounceTag(h), tag) {
			t.Errorf("%q is read as %+v, which has another tag", tag, h)
		}
	})
}
