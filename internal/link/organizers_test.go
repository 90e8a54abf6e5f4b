package link

import (
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// TestOrganizersTokens: an invitation opens nothing but itself, and a browser
// is known to its own organizer only; both end.
func TestOrganizersTokens(t *testing.T) {
	k := confirmKeys(t)
	ends := time.Unix(1_800_086_400, 0)
	before := ends.Add(-time.Second)
	invitation, browser := k.Invitation(confirmRef, ends), k.KnownBrowser("ann@lakeside.example", confirmRef, ends)
	if _, err := k.Rotate(ForReceipts); err != nil {
		t.Fatal(err)
	}
	if ref, err := k.ReadInvitation(invitation, before); ref != confirmRef || err != nil {
		t.Errorf("%q, %v", ref, err)
	}
	if ref, err := k.ReadInvitation(invitation, ends); sale.CodeOf(err) != sale.CodeConfirmOver || ref != "" {
		t.Errorf("at its end: %q, %v", ref, err)
	}
	if ref := k.ReadKnownBrowser("ann@lakeside.example", browser, before); ref != confirmRef {
		t.Errorf("%q", ref)
	}
	for name, ref := range map[string]string{
		"another organizer": k.ReadKnownBrowser("ben@lakeside.example", browser, before),
		"over":              k.ReadKnownBrowser("ann@lakeside.example", browser, ends),
		"an invitation":     k.ReadKnownBrowser("ann@lakeside.example", invitation, before),
	} {
		if ref != "" {
			t.Errorf("%s: %q", name, ref)
		}
	}
	for name, bad := range map[string]string{
		"empty": "", "a browser": browser, "a confirmation": k.Confirmation("", confirmRef, ends),
		"another name": strings.Replace(invitation, confirmRef, "nzxw6ytboi4dcmrthe2dkobvga", 1),
	} {
		if ref, err := k.ReadInvitation(bad, before); sale.CodeOf(err) != sale.CodeNotFound || ref != "" {
			t.Errorf("%s: %q, %v", name, ref, err)
		}
	}
}
