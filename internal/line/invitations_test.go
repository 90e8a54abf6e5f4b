package line_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

func addressOf(name string) sale.Address {
	return sale.Address{Typed: name + "@Lakeside.example", Canonical: name + "@lakeside.example"}
}

// organizer adds somebody; everything makes them own it.
func (b *bench) organizer(t testing.TB, name string, everything bool) line.Organizer {
	t.Helper()
	o, err := b.AddOrganizer(t.Context(), line.NewOrganizer{Address: addressOf(name), Passphrase: "hash"}, everything, "test")
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (b *bench) invite(t testing.TB, slug, name string, role sale.Role, by int64) line.Invitation {
	t.Helper()
	v, err := b.Invite(t.Context(), line.Invite{Sale: slug, Address: addressOf(name), Role: role, Inviter: by})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestInvitation: by mail, once, with the address that it went to.
func TestInvitation(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		owner := b.organizer(t, "ann", true)
		v := b.invite(t, "lakeside", "ben", sale.RoleManager, owner.ID)
		if v.Sale != "lakeside" || v.Role != sale.RoleManager || v.Inviter != "ann@Lakeside.example" || v.Mail != sale.MailQueued || !v.Ends.Equal(start.Add(7*24*time.Hour)) {
			t.Errorf("%+v", v)
		}
		mails := b.send(t, 10, line.ResultAccepted)
		if len(mails) != 1 || mails[0].Kind != sale.MailInvitation || mails[0].Address != "ben@Lakeside.example" || mails[0].Ref != v.Ref ||
			mails[0].Invitation.Inviter != v.Inviter || mails[0].Invitation.Sale != "lakeside" || mails[0].Invitation.Role != v.Role || !mails[0].Ends.Equal(v.Ends) {
			t.Fatalf("%+v", mails)
		}
		all, err := b.Invitations(t.Context(), "lakeside")
		if err != nil || len(all) != 1 || all[0].Mail != sale.MailAccepted {
			t.Errorf("%+v, %v", all, err)
		}
		if got, there, err := b.Invitation(t.Context(), v.Ref); err != nil || there || got.Address != "ben@Lakeside.example" {
			t.Errorf("%+v, %v, %v", got, there, err)
		}
		ben, err := b.AcceptInvitation(t.Context(), v.Ref, "hash of ben")
		if err != nil || ben.Address != "ben@Lakeside.example" || ben.Everything || ben.Role("lakeside") != sale.RoleManager || ben.Passphrase != "hash of ben" {
			t.Errorf("%+v, %v", ben, err)
		}
		_, err = b.AcceptInvitation(t.Context(), v.Ref, "hash")
		wantCode(t, err, sale.CodeConfirmOver)
		_, _, err = b.Invitation(t.Context(), v.Ref)
		wantCode(t, err, sale.CodeConfirmOver)
		if n := b.count(t, `SELECT COUNT(*) FROM audit WHERE action IN ('invite', 'join') AND detail LIKE '%manager' AND sale_id > 0`); n != 2 {
			t.Errorf("%d rows in the audit", n)
		}
	})
}

// TestInvitationsEnd: after a week, when withdrawn, renewed or made anew, and
// when the inviter may decide no more. Their mails leave no more either.
func TestInvitationsEnd(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.organizer(t, "ann", true)
		chief := b.organizer(t, "chief", false)
		role := func(r sale.Role) {
			t.Helper()
			if err := b.SetRole(t.Context(), chief.ID, "lakeside", r, "test"); err != nil {
				t.Fatal(err)
			}
		}
		role(sale.RoleOwner)
		over := func(ref, why string) {
			t.Helper()
			if _, _, err := b.Invitation(t.Context(), ref); sale.CodeOf(err) != sale.CodeConfirmOver {
				t.Errorf("%s: %v", why, err)
			}
			if _, err := b.AcceptInvitation(t.Context(), ref, "hash"); sale.CodeOf(err) != sale.CodeConfirmOver {
				t.Errorf("%s: accepted with %v", why, err)
			}
		}
		first := b.invite(t, "lakeside", "ben", sale.RoleViewer, chief.ID)
		second := b.invite(t, "lakeside", "ben", sale.RoleManager, chief.ID)
		over(first.Ref, "made anew")
		renewed, err := b.RenewInvitation(t.Context(), second.Ref, "lakeside", chief.ID)
		if err != nil || renewed.Mail != "" || renewed.Role != sale.RoleManager {
			t.Errorf("%+v, %v", renewed, err)
		}
		over(second.Ref, "renewed")
		_, err = b.RenewInvitation(t.Context(), renewed.Ref, "meadow", chief.ID)
		wantCode(t, err, sale.CodeConfirmOver)
		if err := b.WithdrawInvitation(t.Context(), renewed.Ref, "meadow", "test"); err != nil {
			t.Fatal(err)
		}
		role(sale.RoleManager)
		over(renewed.Ref, "the inviter is no owner")
		role(sale.RoleOwner)
		b.clock.Advance(7*24*time.Hour - time.Second)
		if _, _, err := b.Invitation(t.Context(), renewed.Ref); err != nil {
			t.Error(err)
		}
		b.clock.Advance(time.Second)
		over(renewed.Ref, "a week old")
		third := b.invite(t, "lakeside", "cat", sale.RoleViewer, chief.ID)
		if err := b.WithdrawInvitation(t.Context(), third.Ref, "lakeside", "test"); err != nil {
			t.Fatal(err)
		}
		over(third.Ref, "withdrawn")
		fourth := b.invite(t, "lakeside", "dan", sale.RoleViewer, chief.ID)
		if err := b.RemoveOrganizer(t.Context(), chief.ID, "test"); err != nil {
			t.Fatal(err)
		}
		over(fourth.Ref, "the inviter is gone")
		if mails := b.send(t, 10, line.ResultAccepted); len(mails) != 0 {
			t.Errorf("%+v", mails)
		}
		if n := b.count(t, `SELECT COUNT(*) FROM outbox WHERE kind = 'invitation' AND state = 'cancelled'`); n != 4 {
			t.Errorf("%d mails are cancelled, want 4", n)
		}
	})
}

// TestInvitingIsRefused to those who may not, for roles that are none, for
// those who are there already, and too often.
func TestInvitingIsRefused(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ann, manager := b.organizer(t, "ann", true), b.organizer(t, "mia", false)
		if err := b.SetRole(t.Context(), manager.ID, "lakeside", sale.RoleManager, "test"); err != nil {
			t.Fatal(err)
		}
		for why, c := range map[string]struct {
			in   line.Invite
			want sale.Code
		}{
			"no owner":         {line.Invite{Sale: "lakeside", Address: addressOf("x"), Role: sale.RoleViewer, Inviter: manager.ID}, sale.CodeForbidden},
			"no owner of all":  {line.Invite{Address: addressOf("x"), Role: sale.RoleOwner, Inviter: manager.ID}, sale.CodeForbidden},
			"no role":          {line.Invite{Sale: "lakeside", Address: addressOf("x"), Role: "king", Inviter: ann.ID}, sale.CodeInvalid},
			"nothing":          {line.Invite{Sale: "lakeside", Address: addressOf("x"), Inviter: ann.ID}, sale.CodeInvalid},
			"viewer of all":    {line.Invite{Address: addressOf("x"), Role: sale.RoleViewer, Inviter: ann.ID}, sale.CodeInvalid},
			"has it":           {line.Invite{Sale: "lakeside", Address: addressOf("mia"), Role: sale.RoleViewer, Inviter: ann.ID}, sale.CodeInvalid},
			"owns everything":  {line.Invite{Sale: "lakeside", Address: addressOf("ann"), Role: sale.RoleOwner, Inviter: ann.ID}, sale.CodeInvalid},
			"no such sale":     {line.Invite{Sale: "meadow", Address: addressOf("x"), Role: sale.RoleViewer, Inviter: ann.ID}, sale.CodeNotFound},
			"nobody's inviter": {line.Invite{Sale: "lakeside", Address: addressOf("x"), Role: sale.RoleViewer, Inviter: 77}, sale.CodeNotFound},
		} {
			if _, err := b.Invite(t.Context(), c.in); sale.CodeOf(err) != c.want {
				t.Errorf("%s: %v", why, err)
			}
		}
		for i := range 30 {
			b.invite(t, "lakeside", "f"+strconv.Itoa(i), sale.RoleViewer, ann.ID)
		}
		_, err := b.Invite(t.Context(), line.Invite{Sale: "lakeside", Address: addressOf("one more"), Role: sale.RoleViewer, Inviter: ann.ID})
		wantCode(t, err, sale.CodeTooMany)
		b.invite(t, "", "other", sale.RoleOwner, ann.ID)
		b.clock.Advance(time.Hour)
		b.invite(t, "lakeside", "later", sale.RoleViewer, ann.ID)
	})
}

// TestInvitationOfAnOrganizer: who is one already takes it after signing in,
// nobody else can, and nobody loses a higher role.
func TestInvitationOfAnOrganizer(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ann, ben, cat := b.organizer(t, "ann", true), b.organizer(t, "ben", false), b.organizer(t, "cat", false)
		v := b.invite(t, "lakeside", "ben", sale.RoleViewer, ann.ID)
		if _, there, err := b.Invitation(t.Context(), v.Ref); err != nil || !there {
			t.Errorf("%v, %v", there, err)
		}
		_, err := b.AcceptInvitation(t.Context(), v.Ref, "hash")
		wantCode(t, err, sale.CodeTooLate)
		_, err = b.TakeInvitation(t.Context(), v.Ref, cat.ID)
		wantCode(t, err, sale.CodeForbidden)
		if err := b.SetRole(t.Context(), ben.ID, "lakeside", sale.RoleOwner, "test"); err != nil {
			t.Fatal(err)
		}
		got, err := b.TakeInvitation(t.Context(), v.Ref, ben.ID)
		if err != nil || got.Role("lakeside") != sale.RoleOwner || got.Passphrase != "hash" {
			t.Errorf("%+v, %v", got, err)
		}
		all := b.invite(t, "", "ben", sale.RoleOwner, ann.ID)
		if got, err = b.TakeInvitation(t.Context(), all.Ref, ben.ID); err != nil || !got.Everything {
			t.Errorf("%+v, %v", got, err)
		}
		_, err = b.TakeInvitation(t.Context(), all.Ref, ben.ID)
		wantCode(t, err, sale.CodeConfirmOver)
	})
}

// TestAcceptedOnce: of many at the same moment one joins.
func TestAcceptedOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ann := b.organizer(t, "ann", true)
		v := b.invite(t, "lakeside", "ben", sale.RoleViewer, ann.ID)
		var joined atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if _, err := b.AcceptInvitation(t.Context(), v.Ref, "hash"); err == nil {
					joined.Add(1)
				}
			})
		}
		all.Wait()
		if joined.Load() != 1 {
			t.Errorf("%d joined", joined.Load())
		}
	})
}

// TestSomebodyOwnsEverything, always, also when two owners remove each other
// at the same moment.
func TestSomebodyOwnsEverything(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ann := b.organizer(t, "ann", true)
		wantCode(t, b.RemoveOrganizer(t.Context(), ann.ID, "test"), sale.CodeTooLate)
		wantCode(t, b.SetEverything(t.Context(), ann.ID, false, "test"), sale.CodeTooLate)
		ben := b.organizer(t, "ben", false)
		if err := b.SetEverything(t.Context(), ben.ID, true, "test"); err != nil {
			t.Fatal(err)
		}
		var done sync.WaitGroup
		done.Go(func() { _ = b.RemoveOrganizer(t.Context(), ann.ID, "ben") })
		done.Go(func() { _ = b.SetEverything(t.Context(), ben.ID, false, "ann") })
		done.Wait()
		if n := b.count(t, `SELECT COUNT(*) FROM organizers WHERE everything = 1`); n != 1 {
			t.Errorf("%d own everything", n)
		}
	})
}

// TestRemoveOrganizer: what they may do is gone with them, and their sessions.
func TestRemoveOrganizer(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.organizer(t, "ann", true)
		ben := b.organizer(t, "ben", false)
		if err := b.SetRole(t.Context(), ben.ID, "lakeside", sale.RoleViewer, "test"); err != nil {
			t.Fatal(err)
		}
		if err := b.AddFactor(t.Context(), ben.ID, line.Factor{Secret: "sealed", Step: 1, Codes: [][]byte{{1}}}); err != nil {
			t.Fatal(err)
		}
		if err := b.KeepSession(t.Context(), line.Session{Token: "t", Data: []byte("d"), Ends: start.Add(time.Hour), Organizer: ben.ID, Generation: ben.Generation}); err != nil {
			t.Fatal(err)
		}
		all, err := b.Organizers(t.Context())
		if err != nil || len(all) != 2 || !all[0].Everything || all[1].Role("lakeside") != sale.RoleViewer || all[1].Factor == "" {
			t.Errorf("%+v, %v", all, err)
		}
		if err := b.RemoveOrganizer(t.Context(), ben.ID, "ann"); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"organizer_roles", "recovery_codes", "sessions"} {
			if n := b.count(t, `SELECT COUNT(*) FROM `+table); n != 0 {
				t.Errorf("%d rows are left in %s", n, table)
			}
		}
		wantCode(t, b.RemoveOrganizer(t.Context(), ben.ID, "ann"), sale.CodeNotFound)
	})
}

// TestInvitationsAreFoundByAnIndex: the outbox has a row for every mail of
// every sale, and none of them is looked at for an invitation's.
func TestInvitationsAreFoundByAnIndex(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		err := b.db.Write(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
			explain := `EXPLAIN QUERY PLAN `
			if tx.Dialect().Name != "sqlite" {
				explain = `EXPLAIN `
				if _, err := tx.Exec(ctx, `SET LOCAL enable_seqscan = off`); err != nil {
					return err
				}
			}
			rows, err := tx.Query(ctx, explain+`SELECT v.ref, (SELECT m.state FROM outbox m WHERE m.ref = v.ref AND m.kind = 'invitation') FROM invitations v`)
			if err != nil {
				return err
			}
			plan := ""
			if err := eachText(rows, func(_, text string) { plan += fmt.Sprintln(text) }); err != nil {
				return err
			}
			if !strings.Contains(plan, "outbox_invitation") {
				t.Errorf("the plan is\n%s", plan)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
