package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/e2e/e2etest"
	"github.com/inturn/inturn/internal/mail/smtptest"
)

// TestLostReceipt: asked for by a program, it comes again, three times, to
// the address that signed up and with the same place. Whoever is not in line
// hears the same and is mailed nothing.
func TestLostReceipt(t *testing.T) {
	t.Parallel()
	e2etest.EachDatabase(t, func(t *testing.T, dsn func() string) {
		post := e2etest.NewPost(t, smtptest.Options{})
		site := e2etest.New(t, e2etest.Options{SMTP: post.URL(), DSN: dsn})
		site.Start()
		site.Apply(plentiful())
		ann := site.SignUp(slug, "Ann@fans.example")
		post.Await("Ann@fans.example", e2etest.Receipt)
		answers := map[string]bool{}
		for _, who := range []string{"ann@fans.example", "eve@fans.example", "ANN@fans.example", "ann@fans.example", "ann@fans.example", "ann@fans.example"} {
			a := site.Post(site.Registration+"/"+slug+"/receipt", e2etest.Email(who))
			if a.Status != http.StatusAccepted {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
			answers[a.Body] = true
		}
		if len(answers) != 1 {
			t.Errorf("the answers differ: %v", answers)
		}
		post.AwaitAfter("Ann@fans.example", e2etest.Receipt, 3)
		bob := site.SignUp(slug, "bob@fans.example") // whose receipt comes after all of them
		post.Await("bob@fans.example", e2etest.Receipt)
		names := map[string]bool{}
		all := post.To("Ann@fans.example", e2etest.Receipt)
		for _, m := range all {
			names[m.Headers.Get("Message-Id")] = true
			if m.PlaceURL() != ann.PlaceURL || m.PlaceURL() == bob.PlaceURL {
				t.Errorf("a receipt leads to %s", m.PlaceURL())
			}
		}
		if len(all) != 4 || len(names) != 4 {
			t.Errorf("%d receipts of %d names, want the first and three more", len(all), len(names))
		}
		for _, m := range post.All() {
			if to := strings.ToLower(m.To); to == "eve@fans.example" {
				t.Error("a stranger was mailed a receipt")
			}
		}
		wantsLog(t, site)
		site.Verify()
	})
}

// TestQuietHours: no offer by night, whatever else is mailed; and as soon as
// the night is lifted, it comes.
func TestQuietHours(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Zurich")
	if err != nil {
		t.Fatal(err)
	}
	post := e2etest.NewPost(t, smtptest.Options{})
	site := e2etest.New(t, e2etest.Options{SMTP: post.URL()})
	site.Start()
	site.Apply(plentiful())
	site.SignUp(slug, "ann@fans.example")
	now := post.Await("ann@fans.example", e2etest.OfferMail).Date.In(zone) // it is day

	night := plentiful()
	night.Quiet = now.Add(-2*time.Hour).Format("15:04") + "-" + now.Add(2*time.Hour).Format("15:04")
	if out := site.Apply(night); !strings.Contains(out, "dispatch.quiet: "+night.Quiet) {
		t.Errorf("%q does not say %s", out, night.Quiet)
	}
	bob := site.SignUp(slug, "bob@fans.example")
	post.Await("bob@fans.example", e2etest.Receipt)
	type shown struct {
		Quiet string `json:"quiet_hours"`
		State string `json:"state"`
	}
	e2etest.Until(t, "the next batch is at the end of the night", func() bool {
		var v struct {
			NextBatch time.Time `json:"next_batch"`
		}
		err := json.Unmarshal([]byte(site.Inturn("sale", "show", slug, "--json")), &v)
		return err == nil && v.NextBatch.In(zone).Format("15:04") == night.Quiet[6:]
	})
	place := e2etest.Wait(t, "bob's page says so", func() (p shown, ok bool) {
		site.Read(bob.PlaceURL, &p)
		return p, p.Quiet == night.Quiet
	})
	if place.State != "waiting" || len(post.To("bob@fans.example", e2etest.OfferMail)) > 0 {
		t.Errorf("bob's place: %+v", place)
	}
	site.Apply(plentiful())
	post.Await("bob@fans.example", e2etest.OfferMail)
	site.Verify()
}
