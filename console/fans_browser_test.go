package console

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/inturn/inturn/internal/browsertest"
	"github.com/inturn/inturn/internal/line"
)

// counter is a manager at a browser who helps fans.
type counter struct {
	*browsertest.Browser
	*crowd
	url string
}

// says wants the page to say something.
func (c *counter) says(texts ...string) {
	c.Helper()
	ctx, stop := context.WithTimeout(c.Context(), browsertest.Patience)
	defer stop()
	page := c.Text("main")
	for ctx.Err() == nil && !hasAll(page, texts) {
		page = c.Text("main")
	}
	for _, text := range texts {
		if unwanted, not := strings.CutPrefix(text, "-"); not == strings.Contains(page, unwanted) {
			c.Errorf("says %q is %v:\n%s", unwanted, not, page)
		}
	}
}

// hasAll says whether everything that is wanted is there already.
func hasAll(page string, texts []string) bool {
	for _, text := range texts {
		if !strings.HasPrefix(text, "-") && !strings.Contains(page, text) {
			return false
		}
	}
	return true
}

// find goes to a fan's page as one does on the phone.
func (c *counter) find(typed string) {
	c.Helper()
	c.Goto(c.url + "/sales/lakeside-2027/fans")
	c.Type("#q", typed)
	c.Click("main form button")
}

// act opens one act's form, fills it, and sends it.
func (c *counter) act(name, address string) {
	c.Helper()
	c.Click("#" + name + " > summary")
	if address != "" {
		c.Type("#address", address)
	}
	c.Type("#why-"+name, "asked on the phone")
	c.Click("#" + name + " form button")
}

// danger goes through an act that asks first, and gives the passphrase.
func (c *counter) danger(name string, effect string) {
	c.Helper()
	c.Click("#" + name + " > summary")
	c.Click("#" + name + " a.button")
	c.says("What will happen", effect)
	c.Type("#why-"+name, "asked on the phone")
	c.Click("main form button")
	c.says("Nothing has been done yet")
	c.Type("#passphrase-again", passphrase)
	c.Click("main form button")
}

// TestHelpInABrowser is one afternoon at the phone, with and without
// JavaScript: a link is sent again, an address corrected, an offer taken back,
// an order cancelled, and a person erased.
func TestHelpInABrowser(t *testing.T) {
	for name, scripts := range map[string]bool{"without JavaScript": false, "with": true} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			crowd, order := h.full()
			url, _ := h.serve()
			c := &counter{Browser: browsertest.New(t, browsertest.Options{Scripts: scripts}), crowd: crowd, url: url}
			c.Goto(url + "/sales/lakeside-2027/fans")
			enter(c.Browser, "manager")
			c.says("Find a fan")

			c.find("TWO@fans.example")
			c.says("Number 2", "Two@fans.example", "open until")
			c.act("resend", "")
			c.says("is on its way again", "by manager@lakeside.example")
			if mails := c.mails(line.ResultAccepted); len(mails) != 1 {
				t.Errorf("%d mails left", len(mails))
			}
			c.act("correct", "three@fans.example")
			c.says("stands in this line already, with number 3")
			c.Do("type another address", chromedp.SetValue(chromedp.CSS("#address"), "due@fans.example"))
			c.Click("#correct form button")
			c.says("The address is corrected.", "due@fans.example", "-Two@fans.example")

			c.passes(grace) // since the sign-in
			c.danger("void", "the next in line")
			c.says("The offer is being closed.")
			c.passes(time.Second)
			c.beat()

			c.passes(grace)
			c.find("one@fans.example")
			c.says("Number 1", "order "+order.Code)
			c.danger("cancel", order.Code)
			c.says("The order is being cancelled.")
			c.passes(time.Second)
			c.beat()
			c.find("1")
			c.says("was cancelled. It used the turn up")

			c.passes(grace)
			c.find("3")
			c.says("Number 3")
			c.danger("erase", "The number stays")
			c.says("The person is erased.", "erased", "-three@fans.example")
			c.find("three@fans.example")
			c.says("has no place in this line")
			c.Goto(url + "/sales/lakeside-2027/history")
			c.says("The person was erased.", "It was asked to take the offer back.", "asked on the phone", "-fans.example")
			for _, complaint := range c.Errors() {
				if !strings.Contains(complaint, "responded with a status of 4") { // refusals, as they should be
					t.Errorf("the browser complains: %s", complaint)
				}
			}
			if stock, err := h.box.Stock(t.Context(), "lakeside-2027"); err != nil || stock.Capacity().Available != 100 {
				t.Errorf("stock %+v, %v", stock.Capacity(), err)
			}
		})
	}
}
