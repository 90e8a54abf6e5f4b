package e2e

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/e2e/e2etest"
)

// TestSettingsOfTheConsole: an organizer becomes the owner by the link that
// the first start prints, and changes a setting. It is in force after a
// restart, his session too; a sale file that has not seen it is refused with
// the difference, and the file that is downloaded is the same sale.
func TestSettingsOfTheConsole(t *testing.T) {
	t.Parallel()
	b := e2etest.NewBrowser(t)
	site := e2etest.New(t, e2etest.Options{})
	site.Start()
	file := e2etest.SaleFile{Slug: slug, Guaranteed: 10, Tickets: `{stock: 20, max_per_fan: 2, price: "25.00"}`}
	site.Apply(file)

	link := regexp.MustCompile(`http://\S+/owner/\S+`).FindString(site.Processes[0].Log())
	if link == "" {
		t.Fatalf("no link for the first owner in\n%s", site.Processes[0].Log())
	}
	b.Goto(link)
	b.Type("#address", "ann@lakeside.example")
	for _, field := range []string{"#passphrase", "#repeated"} {
		b.Type(field, "four words of a house")
	}
	b.Click("main button")
	b.Text(".cards")

	settings := site.Console + "/sales/" + slug + "/settings"
	b.Goto(settings)
	b.Clear("#dispatch-batch")
	b.Type("#dispatch-batch", "25")
	b.Click("form.settings .actions button")
	if got := b.Text("table"); !strings.Contains(got, "dispatch.batch") {
		t.Errorf("before it is done: %q", got)
	}
	b.Click(".confirm button")
	b.Text(".notice-done")
	site.Stop()
	site.Start()

	b.Goto(settings)
	b.Text(`.field:has([name="dispatch.batch"][value="25"])`)
	file.Batch = 12
	ran := site.Line.Run(t, "sale", "apply", site.Write(file))
	for _, want := range []string{
		"Version 2 is newer: ann@lakeside.example wrote it in the console", "dispatch.batch: would be 12, and is 25 now",
		"inturn sale show " + slug + " --file", "--over 2",
	} {
		if ran.Code != 1 || !strings.Contains(ran.Err, want) {
			t.Errorf("an older file: exit code %d, %s\nnot %q", ran.Code, ran.Err, want)
		}
	}
	if got := site.Inturn("sale", "show", slug); !strings.Contains(got, "at most 25 offers each") {
		t.Errorf("in force: %s", got)
	}

	path := filepath.Join(t.TempDir(), "newest.yaml")
	newest := site.Inturn("sale", "show", slug, "--file")
	if err := os.WriteFile(path, []byte(newest), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := site.Inturn("sale", "apply", path); !strings.Contains(got, "nothing new, version 2") {
		t.Errorf("the newest version as a file: %s", got)
	}
	if got := site.Inturn("sale", "apply", site.Write(file), "--over", "2"); !strings.Contains(got, "~ dispatch.batch: 25 → 12") {
		t.Errorf("knowingly: %s", got)
	}
	if stranger := site.Page(settings); stranger.Status != 303 || !strings.HasSuffix(stranger.Header.Get("Location"), url.QueryEscape("/sales/"+slug+"/settings")) {
		t.Errorf("a stranger: %d %s", stranger.Status, stranger.Header.Get("Location"))
	}
	site.Verify()
}
