package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/browsertest"
	"github.com/inturn/inturn/internal/e2e/e2etest"
)

// TestANewcomerSetsUpASale from the link that the first start prints to the
// first fan in line, in a browser without scripts, over a restart in the
// middle. What is left alone is guessed.
func TestANewcomerSetsUpASale(t *testing.T) {
	t.Parallel()
	b := e2etest.NewBrowser(t)
	site := e2etest.New(t, e2etest.Options{})
	site.Start()
	becomeOwner(t, b, site)

	next := `button[name=to][value=next]:not(.default)`
	b.Click(`a[href="/sales/new"]`)
	b.Click(`form[action="/sales/new"] button`)
	b.Type("#title-en", "Harbour Nights")
	b.Type("#organizer-name", "Harbour Ltd")
	b.Click(next)
	b.Text("#timezone-hint")
	// A form that is open already: a browser's picker has no keys that are the same everywhere.
	now := time.Now().UTC()
	browsertest.Evaluate[bool](b, `(() => {
		const put = (id, value) => { document.getElementById(id).value = value; };
		put("timezone", "UTC");
		put("registration-opens", "`+now.Add(-time.Hour).Format("2006-01-02T15:04")+`");
		put("registration-closes", "`+now.Add(24*time.Hour).Format("2006-01-02T15:04")+`");
		put("dispatch-starts", "`+now.Add(48*time.Hour).Format("2006-01-02T15:04")+`");
		put("dispatch-ends", "`+now.Add(240*time.Hour).Format("2006-01-02T15:04")+`");
		return true;
	})()`)
	b.Click(next)
	b.Text("#the-last-row")
	b.Type("#tickets-types-0-title-en", "Evening")
	b.Type("#tickets-types-0-stock", "1,000")
	b.Type("#tickets-types-0-price", "49.50")
	b.Click(`button[name=to][value=places]`) // keeps what was typed, too
	if got := b.Text("#the-reason"); !strings.Contains(got, "1,000 tickets ÷ 4 each = 250 guaranteed") || !strings.Contains(got, "750 on standby") {
		t.Errorf("the reason: %q", got)
	}

	// Another day.
	site.Stop()
	site.Start()
	b.Goto(site.Console + "/sales/new")
	b.Click(`a[href^="/sales/new/"]`)
	b.Text("#languages-hint")
	b.Click(`button[name=to][value=mails]`)
	if got := b.Text("#the-plan .figures"); !strings.Contains(got, "Sold out") {
		t.Errorf("the plan: %q", got)
	}
	b.Click(next)
	if got := b.Text(".summary"); !strings.Contains(got, "1,000 × Evening") || !strings.Contains(got, "250 guaranteed, 750 on standby") {
		t.Errorf("in short: %q", got)
	}
	if list := site.Page(site.Registration); strings.Contains(list.Body, "harbour-nights") {
		t.Error("a draft is announced")
	}
	b.Click(`button[name=to][value=create]`)
	if got := b.Text(".checklist"); !strings.Contains(got, "250 guaranteed × 4 tickets = 1,000 of 1,000") {
		t.Errorf("the checklist: %q", got)
	}

	// A fan, who has never heard of any of it.
	fan := e2etest.NewBrowser(t)
	e2etest.Until(t, "the sale is in the list", func() bool {
		return strings.Contains(site.Page(site.Registration).Body, `"/harbour-nights"`)
	})
	fan.Goto(site.Registration + "/harbour-nights")
	fan.Type(`input[name="email"]`, "ann@fans.example")
	fan.Click(`form.signup button[type="submit"]`)
	if number := fan.Text(".stub .number"); number != "1" {
		t.Errorf("ann is number %q", number)
	}

	// The same sale as by a file.
	path := filepath.Join(t.TempDir(), "harbour.yaml")
	if err := os.WriteFile(path, []byte(site.Inturn("sale", "show", "harbour-nights", "--file")), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := site.Inturn("sale", "apply", path); !strings.Contains(got, "nothing new, version 1") {
		t.Errorf("the sale as a file: %s", got)
	}
	site.Verify()
}
