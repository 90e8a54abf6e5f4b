package console

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

var (
	linkOf       = regexp.MustCompile(`<code>https://console\.example([^<]+)</code>`)
	invitationOf = regexp.MustCompile(`name="invitation" value="([^"]+)"`)
)

// find gives the first group of what a page holds.
func (b *browser) find(path string, what *regexp.Regexp) string {
	b.Helper()
	w := b.get(path)
	found := what.FindStringSubmatch(w.Body.String())
	if found == nil {
		b.Fatalf("%s does not hold %s: %d\n%s", path, what, w.Code, w.Body)
	}
	return found[1]
}

func (h *house) id(name string) string {
	h.Helper()
	o, err := h.line.OrganizerAt(h.Context(), addressOf(h, name))
	if err != nil {
		h.Fatal(err)
	}
	return strconv.FormatInt(o.ID, 10)
}

func inviting(name, role, slug string) url.Values {
	return url.Values{"address": {name + "@lakeside.example"}, "role": {role}, "sale": {slug}}
}

// mailedLink is the path of the link in the mail of the newest invitation, as
// the dispatcher makes it.
func (h *house) mailedLink() string {
	h.Helper()
	all, err := h.line.Invitations(h.Context(), "")
	if err != nil || len(all) == 0 {
		h.Fatal(all, err)
	}
	return "/invitation/" + h.keys.Invitation(all[0].Ref, all[0].Ends)
}

// TestInviteToASale: the owner of a sale invites, the invited joins with the
// address that the mail went to and may do what the invitation says, once.
func TestInviteToASale(t *testing.T) {
	h := newHouse(t)
	chief := h.as("chief")
	w := chief.post("/sales/lakeside-2027/people/invite", inviting("eve", "manager", "hillside-2027"))
	chief.want(w, 303)
	chief.want(chief.get("/sales/lakeside-2027/people"), 200, "The invitation to eve@lakeside.example is on its way", "on its way</span>", "as manager", "-console.example/invitation")
	path := h.mailedLink()
	b := h.stranger()
	b.want(b.get(path), 200, "chief@lakeside.example", "eve@lakeside.example", "a manager", "Lakeside Festival 2027")
	form := url.Values{"passphrase": {passphrase}, "repeated": {passphrase}, "address": {"mallory@evil.example"}}
	b.want(b.post(path, url.Values{"passphrase": {"short"}, "repeated": {"short"}}), 422, "passphrase-wrong")
	b.want(b.post(path, form), 303)
	b.want(b.get("/"), 200, "eve@lakeside.example", "set this sale up", "Lakeside Festival 2027", "-Hillside")
	b.want(b.get("/sales/lakeside-2027/people"), 403)
	again := h.stranger()
	again.want(again.get(path), 410, "used or withdrawn")
	again.want(again.post(path, form), 410)
	h.wantAudit("invite", "chief@lakeside.example: eve@lakeside.example: manager")
}

// TestInvitationsThatOpenNothing: forged, too old, withdrawn, renewed.
func TestInvitationsThatOpenNothing(t *testing.T) {
	h := newHouse(t)
	chief := h.as("chief")
	chief.want(chief.post("/sales/lakeside-2027/people/invite", inviting("eve", "viewer", "")), 303)
	path := h.mailedLink()
	b := h.stranger()
	b.want(b.get("/invitation/x"), 404)
	b.want(b.get(path[:len(path)-1]), 404)
	all, _ := h.line.Invitations(t.Context(), "")
	b.want(b.get("/invitation/"+all[0].Ref), 404)
	ref := chief.find("/sales/lakeside-2027/people", invitationOf)
	w := chief.post("/sales/lakeside-2027/people/invitation/link", url.Values{"invitation": {ref}})
	chief.want(w, 200, "opens nothing any more")
	b.want(b.get(path), 410)
	fresh := linkOf.FindStringSubmatch(w.Body.String())[1]
	b.want(b.get(fresh), 200)
	h.at(noon.Add(7 * 24 * time.Hour))
	b.want(b.get(fresh), 410)
	h.at(noon)
	ref = chief.find("/sales/lakeside-2027/people", invitationOf)

	// Another sale's owner has no hand in it.
	if err := h.line.SetRole(t.Context(), mustID(t, h.id("other")), "hillside-2027", sale.RoleOwner, "test"); err != nil {
		t.Fatal(err)
	}
	other := h.as("other")
	other.want(other.post("/sales/hillside-2027/people/invitation/link", url.Values{"invitation": {ref}}), 410)
	other.want(other.post("/sales/hillside-2027/people/invitation/withdraw", url.Values{"invitation": {ref}}), 303)
	b.want(b.get(fresh), 200)
	chief.want(chief.post("/sales/lakeside-2027/people/invitation/withdraw", url.Values{"invitation": {ref}}), 303)
	chief.want(chief.get("/sales/lakeside-2027/people"), 200, "The invitation is withdrawn", "-eve@")
	b.want(b.get(fresh), 410)
}

func mustID(t testing.TB, id string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestWhoIsThereAlready: an organizer gains the role after signing in, and
// nobody else can take it.
func TestWhoIsThereAlready(t *testing.T) {
	h := newHouse(t)
	owner := h.as("owner")
	owner.want(owner.post("/people/invite", inviting("other", "viewer", "lakeside-2027")), 303)
	path := h.mailedLink()
	b := h.stranger()
	b.want(b.get(path), 200, "organizer here already", `href="/signin?to=%2finvitation%2f`, "-name=\"passphrase\"")
	b.want(b.post(path, url.Values{"passphrase": {passphrase}, "repeated": {passphrase}}), 409)
	viewer := h.as("viewer")
	viewer.want(viewer.get(path), 200, "Sign out first", "-<button>Accept")
	viewer.want(viewer.post(path, nil), 403)
	b = h.as("other")
	b.want(b.get("/sales/lakeside-2027"), 404)
	b.want(b.get(path), 200, "<button>Accept")
	b.want(b.post(path, nil), 303)
	b.want(b.get("/sales/lakeside-2027"), 200)
	b.want(b.get("/sales/hillside-2027/steer"), 200) // what they had, they have
}

// TestCaughtMail: where no mail leaves, the inviter is shown the link, once.
func TestCaughtMail(t *testing.T) {
	h := newHouse(t, catching(t, false))
	owner := h.as("owner")
	w := owner.post("/people/invite", inviting("eve", "viewer", everySale))
	owner.want(w, 200, "Hand this link to", "eve@lakeside.example")
	path := linkOf.FindStringSubmatch(w.Body.String())[1]
	owner.want(owner.get("/people"), 200, "to own everything", "-console.example/invitation/")
	b := h.stranger()
	b.want(b.post(path, url.Values{"passphrase": {passphrase}, "repeated": {passphrase}}), 303)
	b.want(b.get("/people"), 200, "eve@lakeside.example")
}

// TestNoSaleYet: with no sale there is no mail for it to leave with.
func TestNoSaleYet(t *testing.T) {
	h := newEmptyHouse(t)
	hash, err := h.s.hash(t.Context(), passphrase)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.line.AddOrganizer(t.Context(), line.NewOrganizer{Address: addressOf(t, "owner"), Passphrase: hash}, true, "house"); err != nil {
		t.Fatal(err)
	}
	owner := h.as("owner")
	owner.want(owner.post("/people/invite", inviting("eve", "", everySale)), 200, "no sale yet", "console.example/invitation/")
}

// TestInvitingTellsWhatIsWrong beside the fields, with what was typed kept.
func TestInvitingTellsWhatIsWrong(t *testing.T) {
	h := newHouse(t)
	b := h.as("owner")
	for _, c := range map[string]struct {
		form url.Values
		says string
	}{
		"address":  {url.Values{"address": {"eve@"}, "role": {"viewer"}, "sale": {"lakeside-2027"}}, "address-wrong"},
		"role":     {inviting("eve", "king", "lakeside-2027"), "role-wrong"},
		"no sale":  {inviting("eve", "viewer", ""), "sale-wrong"},
		"is there": {inviting("viewer", "viewer", "lakeside-2027"), "may do that already"},
	} {
		w := b.post("/people/invite", c.form)
		b.want(w, 422, c.says, `value="`+c.form.Get("address")+`"`)
	}
	b.want(b.post("/people/invite", inviting("eve", "viewer", "meadow")), 404)
	b.want(b.get("/people"), 200, "-eve@")
}

// TestRolesTakeEffectAtOnce, in sessions that are open.
func TestRolesTakeEffectAtOnce(t *testing.T) {
	h := newHouse(t)
	chief, manager := h.as("chief"), h.as("manager")
	manager.want(manager.get("/sales/lakeside-2027/steer"), 200)
	role := func(name, role string, status int) {
		t.Helper()
		chief.want(chief.post("/sales/lakeside-2027/people/"+h.id(name)+"/role", url.Values{"role": {role}}), status)
	}
	role("manager", "viewer", 303)
	manager.want(manager.get("/sales/lakeside-2027/steer"), 403)
	manager.want(manager.get("/sales/lakeside-2027"), 200)
	role("manager", "", 303)
	manager.want(manager.get("/sales/lakeside-2027"), 404)
	manager.want(manager.get("/"), 200, "-Lakeside Festival")
	role("manager", "owner", 404) // whoever has no role is invited, not found out about
	role("other", "viewer", 404)
	role("viewer", "king", 422)
	chief.want(chief.post("/sales/lakeside-2027/people/77/role", url.Values{"role": {"viewer"}}), 404)
	chief.want(chief.post("/sales/lakeside-2027/people/x/role", url.Values{"role": {"viewer"}}), 404)
	w := chief.post("/sales/lakeside-2027/people/"+h.id("chief")+"/role", url.Values{"role": {"viewer"}})
	if chief.want(w, 303); w.Header().Get("Location") != "/" {
		t.Errorf("led to %q", w.Header().Get("Location"))
	}
	chief.want(chief.get("/sales/lakeside-2027/people"), 403)
}

// TestRemovedOrganizersAreOut at once, and the last owner cannot be.
func TestRemovedOrganizersAreOut(t *testing.T) {
	h := newHouse(t)
	owner, viewer := h.as("owner"), h.as("viewer")
	owner.want(owner.get("/people"), 200, "viewer of", "Lakeside Festival 2027", "-href=\"/people/"+h.id("owner")+"/remove\"")
	owner.want(owner.post("/people/"+h.id("owner")+"/remove", nil), 409, "make another owner first")
	owner.want(owner.post("/people/"+h.id("owner")+"/everything", url.Values{"everything": {"no"}}), 409, "make another owner first")
	id := h.id("viewer")
	owner.want(owner.post("/people/"+id+"/remove", nil), 303)
	owner.want(owner.get("/people"), 200, "viewer@lakeside.example is removed")
	viewer.want(viewer.get("/"), 303)
	viewer.want(viewer.post("/signin", signingIn("viewer", passphrase)), 422, "do not belong together")
	owner.want(owner.post("/people/"+id+"/remove", nil), 404)
	chief := h.as("chief")
	owner.want(owner.post("/people/"+h.id("chief")+"/everything", url.Values{"everything": {"yes"}}), 303)
	chief.want(chief.get("/people"), 200)
	chief.want(chief.post("/people/"+h.id("owner")+"/everything", url.Values{"everything": {"no"}}), 303)
	owner.want(owner.get("/people"), 403)
	h.wantAudit("remove organizer", "owner@lakeside.example: viewer@lakeside.example")
	h.wantAudit("role", append(h.audited("role")[:4:4], "owner@lakeside.example: chief@lakeside.example: everything", "chief@lakeside.example: owner@lakeside.example: no longer everything")...)
}

// TestPassphraseLinks: an owner helps somebody who is locked out.
func TestPassphraseLinks(t *testing.T) {
	h := newHouse(t)
	owner := h.as("owner")
	w := owner.post("/people/"+h.id("viewer")+"/reset", nil)
	owner.want(w, 200, "chooses a new passphrase", "viewer@lakeside.example")
	path := linkOf.FindStringSubmatch(w.Body.String())[1]
	if !strings.HasPrefix(path, "/reset/") {
		t.Fatal(path)
	}
	b := h.stranger()
	b.want(b.post(path, url.Values{"passphrase": {"entirely other words"}, "repeated": {"entirely other words"}}), 303)
	b.want(b.get("/"), 200)
	h.wantAudit("reset link", "owner@lakeside.example: viewer@lakeside.example")
}
