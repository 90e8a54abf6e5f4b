package e2e

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/inturn/inturn/internal/browsertest"
	"github.com/inturn/inturn/internal/e2e/e2etest"
)

const passphrase = "four words of a house"

// choose types a new passphrase, and once more, and sends the form.
func choose(b *browsertest.Browser) {
	for _, field := range []string{"#passphrase", "#repeated"} {
		b.Type(field, passphrase)
	}
	b.Click("main form:has(#repeated) button")
}

// TestGettingIn is the whole way in, in two browsers: the first start's link,
// joining, an invitation by mail, accepting it elsewhere, a second factor,
// signing out everywhere, and in again with a code.
func TestGettingIn(t *testing.T) {
	t.Parallel()
	ann, ben := e2etest.NewBrowser(t), e2etest.NewBrowser(t)
	site := e2etest.New(t, e2etest.Options{})
	site.Start()
	site.Apply(e2etest.SaleFile{Slug: slug, Guaranteed: 10, Tickets: `{stock: 20, max_per_fan: 2, price: "25.00"}`})
	fits := func(b *browsertest.Browser, what string) {
		t.Helper()
		if !b.Fits() {
			t.Errorf("%s is wider than a phone", what)
		}
	}

	ann.Goto(regexp.MustCompile(`http://\S+/owner/\S+`).FindString(site.Processes[0].Log()))
	ann.Type("#address", "ann@lakeside.example")
	fits(ann, "the page that makes the owner")
	choose(ann)
	if got := ann.Text(".notice-done"); !strings.Contains(got, "You own this installation") {
		t.Errorf("ann is told %q", got)
	}

	ann.Click(`a[href="/people"]`)
	ann.Type("#address", "ben@lakeside.example")
	ann.Type("#role", "Manager")
	fits(ann, "the people page")
	ann.Click(`form[action="/people/invite"] button`)
	shown := ann.Text(".link-once code")
	if !strings.HasPrefix(shown, site.Console+"/invitation/") {
		t.Errorf("no mail leaves, and ann is shown %q", shown)
	}

	var box struct{ Mails []struct{ ID string } }
	id := e2etest.Wait(t, "the invitation in the mailbox", func() (string, bool) {
		site.Read(site.Console+"/mailbox?to=ben@lakeside.example", &box)
		return append(box.Mails, struct{ ID string }{})[0].ID, len(box.Mails) > 0
	})
	ben.Goto(site.Console + "/mailbox/" + id)
	ben.Click(`a[href="` + shown + `"]`)
	if got := ben.Text("main"); !strings.Contains(got, "a manager") {
		t.Errorf("ben reads %q", got)
	}
	fits(ben, "an invitation")
	choose(ben)
	if got := ben.Text("main"); !strings.Contains(got, "set this sale up") {
		t.Errorf("ben is told %q", got)
	}
	ben.Goto(site.Console + "/people")
	if got := ben.Text("main"); !strings.Contains(got, "Only an owner of the whole installation") {
		t.Errorf("ben looks at everybody: %q", got)
	}

	ann.Goto(site.Console + "/account")
	ann.Click(`a[href="/account/factor"]`)
	secret := strings.ReplaceAll(ann.Text(".secret"), " ", "")
	code := func(ahead time.Duration) string {
		text, err := totp.GenerateCode(secret, time.Now().Add(ahead))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	fits(ann, "the second factor")
	ann.Type("#code", code(0))
	ann.Click("main form button")
	if codes := ann.Text(".codes"); strings.Count(codes, "-") != 8*3 {
		t.Errorf("recovery codes: %q", codes)
	}
	ann.Goto(site.Console + "/account")
	ann.Click(`form[action="/account/everywhere"] button`)
	ann.Text(`form[action="/signin"]`)
	ann.Goto(site.Console + "/people")
	ann.Type("#address", "ann@lakeside.example")
	ann.Type("#passphrase", passphrase)
	ann.Click("main button")
	ann.Type("#code", code(30*time.Second)) // the one after the one that was used
	ann.Click("main button")
	if got := ann.Text("main"); !strings.Contains(got, "ben@lakeside.example") {
		t.Errorf("ann is led to %q", got)
	}
	ben.Goto(site.Console)
	if got := ben.Text(".you"); !strings.Contains(got, "ben@lakeside.example") {
		t.Errorf("ben is signed out with ann: %q", got)
	}
	for _, b := range []*browsertest.Browser{ann, ben} {
		for _, url := range b.Requested() {
			if !strings.HasPrefix(url, site.Console+"/") {
				t.Errorf("a page asked for %s", url)
			}
		}
	}
}
