package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/e2e/e2etest"
	"github.com/inturn/inturn/internal/mail/smtptest"
)

// The commands beside a running serve: what they change takes effect without
// a restart.

// selling is a site that sells single tickets to whoever comes.
func selling(t *testing.T, layout e2etest.Layout) (*e2etest.Site, *e2etest.Post) {
	t.Helper()
	post := e2etest.NewPost(t, smtptest.Options{})
	site := e2etest.New(t, e2etest.Options{Layout: layout, SMTP: post.URL()})
	site.Start()
	site.Apply(plentiful())
	return site, post
}

// plentiful is a sale with tickets for everybody.
func plentiful() e2etest.SaleFile {
	return e2etest.SaleFile{Slug: slug, Guaranteed: 200, Standby: 100, Tickets: `{stock: 200, max_per_fan: 1, price: "10"}`}
}

// kidOf is the key that a link or receipt names.
func kidOf(t *testing.T, token string) string {
	t.Helper()
	var header struct{ Kid string }
	if err := readPart(token[strings.LastIndex(token, "/")+1:], 0, &header); err != nil {
		t.Fatal(err)
	}
	return header.Kid
}

// TestKeysRotateBesideServe: links and receipts of the old key go on working,
// and new links carry the new key as soon as the box office has it, not
// before: each opens at once.
func TestKeysRotateBesideServe(t *testing.T) {
	t.Parallel()
	site, post := selling(t, e2etest.Apart)
	old := site.SignUp(slug, "ann@fans.example")
	oldLink := post.Await("ann@fans.example", e2etest.OfferMail).Link()

	link := rotate(t, site, "link")
	receipt := rotate(t, site, "receipt")
	if kidOf(t, oldLink) == link || receiptKid(old.PlaceURL) == receipt {
		t.Fatal("the keys are the old ones")
	}
	tries := 0
	fresh := e2etest.Wait(t, "a link and a receipt of the new keys", func() (string, bool) {
		tries++
		who := fmt.Sprintf("fan-%d@fans.example", tries)
		place := site.SignUp(slug, who)
		mail := post.Await(who, e2etest.OfferMail)
		site.OfferOf(mail.Link())
		return mail.Link(), kidOf(t, mail.Link()) == link && receiptKid(place.PlaceURL) == receipt
	})
	var published struct{ Keys []struct{ Kid string } }
	site.Read(site.Registration+"/.well-known/jwks.json", &published)
	if n := len(published.Keys); n != 2 || published.Keys[1].Kid != link {
		t.Errorf("published keys: %+v, want two, the newest last", published)
	}
	site.Order(oldLink, e2etest.Buy("ticket", 1))
	site.Order(fresh, e2etest.Buy("ticket", 1))
	site.AwaitState(old.PlaceURL, "bought")

	// The keys are in the data directory: a restart changes nothing.
	site.Stop()
	site.Start()
	site.PlaceOf(old.PlaceURL)
	site.Verify()
}

func rotate(t *testing.T, site *e2etest.Site, purpose string) (kid string) {
	t.Helper()
	site.Inturn("keys", "rotate", purpose)
	var keys []struct {
		Purpose, KID string
		Newest       bool
	}
	if err := json.Unmarshal([]byte(site.Inturn("keys", "list", "--json")), &keys); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, k := range keys {
		if k.Purpose != purpose {
			continue
		}
		n++
		if k.Newest {
			kid = k.KID
		}
	}
	if n != 2 || kid == "" {
		t.Fatalf("keys after a rotation: %+v", keys)
	}
	return kid
}

// receiptKid is the key that a place page's receipt names first.
func receiptKid(placeURL string) string {
	kid, _, _ := strings.Cut(placeURL[strings.LastIndex(placeURL, "/")+1:], ".")
	return kid
}

// TestPauseBesideServe: while a sale is paused its moments pass without an
// offer, links that are out run on, and the line grows; resumed, it goes on
// where it was.
func TestPauseBesideServe(t *testing.T) {
	t.Parallel()
	site, post := selling(t, e2etest.Together)
	site.SignUp(slug, "ann@fans.example")
	link := post.Await("ann@fans.example", e2etest.OfferMail).Link()

	site.Inturn("sale", "pause", slug)
	bob := site.SignUp(slug, "bob@fans.example")
	for range 2 {
		awaitMoment(t, site)
	}
	if p := site.PlaceOf(bob.PlaceURL); p.State != "waiting" || len(post.To("bob@fans.example", e2etest.OfferMail)) != 0 {
		t.Errorf("while the sale is paused bob is %s", p.State)
	}
	var now struct{ Paused, Open bool }
	site.Read(site.Registration+"/"+slug, &now)
	if !now.Paused || !now.Open {
		t.Errorf("the sale says %+v", now)
	}
	site.Order(link, e2etest.Buy("ticket", 1))
	post.Await("ann@fans.example", e2etest.Confirmation)

	site.Inturn("sale", "resume", slug)
	site.OfferOf(post.Await("bob@fans.example", e2etest.OfferMail).Link())
	e2etest.Until(t, "the page says that the sale goes on", func() bool {
		site.Read(site.Registration+"/"+slug, &now)
		return !now.Paused
	})
	site.Verify()
}

// awaitMoment waits until the next scheduled moment has passed.
func awaitMoment(t *testing.T, site *e2etest.Site) {
	t.Helper()
	next := func() time.Time {
		var shown struct {
			NextBatch time.Time `json:"next_batch"`
		}
		if err := json.Unmarshal([]byte(site.Inturn("sale", "show", slug, "--json")), &shown); err != nil {
			t.Fatal(err)
		}
		return shown.NextBatch
	}
	was := next()
	e2etest.Until(t, "the next moment passes", func() bool { return next().After(was) })
}

// TestApplyBesideServe: what a new version widens and tightens is seen by
// fans at once; what would break a promise is refused with the numbers, and
// everything stays as it was.
func TestApplyBesideServe(t *testing.T) {
	t.Parallel()
	site, post := selling(t, e2etest.Apart)
	file := plentiful()
	site.SignUp(slug, "ann@fans.example")
	link := post.Await("ann@fans.example", e2etest.OfferMail).Link()
	site.Order(link, e2etest.Buy("ticket", 1))

	file.Guaranteed, file.Standby = 1, 1
	site.Apply(file)
	if got := site.SignUp(slug, "bob@fans.example"); got.Class != "standby" {
		t.Errorf("after the guarantee was cut to 1, bob is %s", got.Class)
	}
	full := site.Post(site.Registration+"/"+slug, e2etest.Email("cyd@fans.example"))
	if full.Code() != "full" {
		t.Errorf("after the caps were cut: %d %s", full.Status, full.Body)
	}
	post.Await("bob@fans.example", e2etest.OfferMail)

	for _, cut := range []struct{ tickets, says string }{
		{`{stock: 1, max_per_fan: 1, price: "10"}`, "1 is less than the 2 tickets"},                  // one is sold, one is offered
		{`{stock: 2, max_per_fan: 3, price: "10"}`, "1 × 3 = 3 is more than the 2 tickets for sale"}, // one guarantee, three tickets each
	} {
		refused := file
		refused.Tickets = cut.tickets
		ran := site.Line.Run(t, "sale", "apply", site.Write(refused))
		if ran.Code != 1 || !strings.Contains(ran.Err, cut.says) {
			t.Errorf("%s: exit code %d: %s", cut.tickets, ran.Code, ran.Err)
		}
	}
	file.Standby = 2
	site.Apply(file)
	if got := site.SignUp(slug, "cyd@fans.example"); got.Number != 3 {
		t.Errorf("after the caps were raised cyd is %+v", got)
	}
	site.OfferOf(post.Await("cyd@fans.example", e2etest.OfferMail).Link())
	site.Verify()
}
