package e2etest

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Browser is a Chromium without JavaScript, on a screen as wide as a phone's.
type Browser struct {
	tb  testing.TB
	ctx context.Context

	mu        sync.Mutex
	requested []string
	errors    []string
}

// chromium are the names under which it may be installed.
var chromium = []string{"chromium", "chromium-browser", "google-chrome"}

// NewBrowser starts a browser for the length of the test. Where there is none
// the test is skipped, and fails when INTURN_TEST_NO_SKIP=1.
func NewBrowser(tb testing.TB) *Browser {
	tb.Helper()
	path := ""
	for _, name := range chromium {
		if found, err := exec.LookPath(name); err == nil && path == "" {
			path = found
		}
	}
	if path == "" {
		if os.Getenv("INTURN_TEST_NO_SKIP") == "1" {
			tb.Fatal("no Chromium, and INTURN_TEST_NO_SKIP=1")
		}
		tb.Skip("NOT TESTED IN A BROWSER: there is no Chromium")
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WSURLReadTimeout(Patience),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))...)
	b := &Browser{tb: tb}
	ctx, cancel := chromedp.NewContext(allocator)
	b.ctx = ctx
	tb.Cleanup(func() {
		cancel()
		stop()
	})
	b.start()
	return b
}

func (b *Browser) start() {
	b.tb.Helper()
	// The browser lives as long as the context of its first action.
	if err := chromedp.Do(b.ctx, chromedp.EmulateViewport(360, 740)); err != nil {
		b.tb.Fatalf("start Chromium: %v", err)
	}
	if err := chromedp.Listen(b.ctx, b.hear); err != nil {
		b.tb.Fatal(err)
	}
	for _, enable := range []func() error{
		func() error {
			_, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
			return err
		},
		func() error { _, err := chromedp.Call(b.ctx, network.Enable, network.EnableParams{}); return err },
		func() error { _, err := chromedp.Call(b.ctx, log.Enable, struct{}{}); return err },
	} {
		if err := enable(); err != nil {
			b.tb.Fatalf("prepare Chromium: %v", err)
		}
	}
}

func (b *Browser) hear(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		b.requested = append(b.requested, ev.Request.URL)
	case *log.EventEntryAdded:
		if ev.Entry.Level == log.EntryLevelError {
			b.errors = append(b.errors, ev.Entry.Text+" "+ev.Entry.URL)
		}
	}
}

// Do does something in the page and wants it to work.
func (b *Browser) Do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.tb.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, Patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.tb.Fatalf("%s: %v\n%s", what, err, b.html())
	}
}

// html is what the page looks like, for failures.
func (b *Browser) html() string {
	ctx, cancel := context.WithTimeout(b.ctx, 10*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.OuterHTML(chromedp.CSS("html")))
	if err != nil {
		return err.Error()
	}
	return text
}

// Goto opens an address.
func (b *Browser) Goto(url string) {
	b.tb.Helper()
	b.Do("open a page", chromedp.Navigate(url))
}

// Click clicks on what a CSS selector finds.
func (b *Browser) Click(selector string) {
	b.tb.Helper()
	b.Do("click "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// Type types into a field.
func (b *Browser) Type(selector, text string) {
	b.tb.Helper()
	b.Do("type into "+selector, chromedp.SendKeys(chromedp.CSS(selector), text))
}

// Text waits until something can be seen and reads it.
func (b *Browser) Text(selector string) string {
	b.tb.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, Patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS(selector)))
	if err != nil {
		b.tb.Fatalf("read %s: %v\n%s", selector, err, b.html())
	}
	return strings.TrimSpace(text)
}

// Fits says whether the page is no wider than the screen.
func (b *Browser) Fits() bool {
	b.tb.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, Patience)
	defer cancel()
	fits, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))
	if err != nil {
		b.tb.Fatalf("measure the page: %v", err)
	}
	return fits
}

// Cookies are how many cookies the browser holds.
func (b *Browser) Cookies() int {
	b.tb.Helper()
	got, err := chromedp.Call(b.ctx, network.GetCookies, network.GetCookiesParams{})
	if err != nil {
		b.tb.Fatalf("read cookies: %v", err)
	}
	return len(got.Cookies)
}

// Requested are the addresses that were asked for, and Errors what the
// browser complained about.
func (b *Browser) Requested() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.requested
}

// Errors are what the browser complained about: what the pages' own policy
// forbids, and what could not be loaded.
func (b *Browser) Errors() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.errors
}
