// Package browsertest drives a real Chromium for tests: pages are opened,
// clicked, measured, audited for accessibility and photographed. Only tests
// import it.
//
// Where there is no Chromium a test is skipped aloud, and fails when
// INTURN_TEST_NO_SKIP=1.
package browsertest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Options say what kind of browser it is. The zero value is a phone that runs
// no scripts.
type Options struct {
	Scripts       bool
	Width, Height int // of the screen, in CSS pixels; 0: 360 × 740
}

// Browser is a Chromium with one tab. Its methods fail the test when the page
// does not do what they want within Patience.
type Browser struct {
	tb  testing.TB
	o   Options
	ctx context.Context

	mu        sync.Mutex
	requested []string
	errors    []string
}

// chromium are the names under which it may be installed.
var chromium = []string{"chromium", "chromium-browser", "google-chrome"}

// Patience is how long a page may take on the slowest machine.
const Patience = 2 * time.Minute

// New starts a browser for the length of the test.
func New(tb testing.TB, o Options) *Browser {
	tb.Helper()
	if o.Width == 0 {
		o.Width = 360
	}
	if o.Height == 0 {
		o.Height = 740
	}
	path := find(tb)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WSURLReadTimeout(Patience),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))...)
	b := &Browser{tb: tb, o: o}
	ctx, cancel := chromedp.NewContext(allocator)
	b.ctx = ctx
	tb.Cleanup(func() {
		cancel()
		stop()
	})
	b.start()
	return b
}

// find looks for Chromium.
func find(tb testing.TB) string {
	tb.Helper()
	for _, name := range chromium {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing(tb, "NOT TESTED IN A BROWSER: there is no Chromium")
	return ""
}

// missing skips the test, or fails it where skips are forbidden.
func missing(tb testing.TB, what string) {
	tb.Helper()
	if os.Getenv("INTURN_TEST_NO_SKIP") == "1" {
		tb.Fatal(what + ", and INTURN_TEST_NO_SKIP=1")
	}
	tb.Skip(what)
}

func (b *Browser) start() {
	b.tb.Helper()
	// The browser lives as long as the context of its first action.
	if err := chromedp.Do(b.ctx, chromedp.EmulateViewport(int64(b.o.Width), int64(b.o.Height))); err != nil {
		b.tb.Fatalf("start Chromium: %v", err)
	}
	if err := chromedp.Listen(b.ctx, b.hear); err != nil {
		b.tb.Fatal(err)
	}
	b.Scripts(b.o.Scripts)
	b.Dark(false)
	for _, enable := range []func() error{
		func() error { _, err := chromedp.Call(b.ctx, network.Enable, network.EnableParams{}); return err },
		func() error { _, err := chromedp.Call(b.ctx, log.Enable, struct{}{}); return err },
	} {
		if err := enable(); err != nil {
			b.tb.Fatalf("prepare Chromium: %v", err)
		}
	}
}

// Scripts switches the pages' scripts on or off, from the next page on.
func (b *Browser) Scripts(on bool) {
	b.tb.Helper()
	p := emulation.SetScriptExecutionDisabledParams{Value: !on}
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, p); err != nil {
		b.tb.Fatalf("switch scripts: %v", err)
	}
}

// Dark says whether the reader prefers dark pages.
func (b *Browser) Dark(on bool) {
	b.tb.Helper()
	scheme := "light"
	if on {
		scheme = "dark"
	}
	p := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, p); err != nil {
		b.tb.Fatalf("emulate media: %v", err)
	}
}

// Paper shows pages as they are printed, as wide as A4 is between margins of
// 14 mm.
func (b *Browser) Paper() {
	b.tb.Helper()
	b.Screen(688, 1000)
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		b.tb.Fatalf("emulate paper: %v", err)
	}
}

// Screen changes the size of the screen, in CSS pixels.
func (b *Browser) Screen(width, height int) {
	b.tb.Helper()
	b.Sharp(width, height, 1)
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

// settle waits until the page has all that it is made of: what is clicked on
// before the styles have come does not stay where it was.
func (b *Browser) settle() {
	b.tb.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, Patience)
	defer cancel()
	for Evaluate[string](b, "document.readyState") != "complete" {
		if ctx.Err() != nil {
			b.tb.Fatalf("the page is not complete\n%s", b.html())
		}
	}
}

// Click clicks on what a CSS selector finds.
func (b *Browser) Click(selector string) {
	b.tb.Helper()
	b.settle()
	b.Do("click "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// Type types into a field.
func (b *Browser) Type(selector, text string) {
	b.tb.Helper()
	b.settle()
	b.Do("type into "+selector, chromedp.SendKeys(chromedp.CSS(selector), text))
}

// Clear empties a field.
func (b *Browser) Clear(selector string) {
	b.tb.Helper()
	b.settle()
	b.Do("empty "+selector, chromedp.Clear(chromedp.CSS(selector)))
}

// Text waits until something can be seen and reads it.
func (b *Browser) Text(selector string) string {
	b.tb.Helper()
	return strings.TrimSpace(patiently(b, "read "+selector, chromedp.Text(chromedp.CSS(selector))))
}

// serverError is what the browser answers to a question about something that
// is not there any more (JSON-RPC 2.0, reserved for the server).
const serverError = -32000

// patiently asks the page something, and again when another page has come in
// the middle of the question.
func patiently[T any](b *Browser, what string, question chromedp.Action[T]) T {
	b.tb.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, Patience)
	defer cancel()
	for {
		answer, err := chromedp.Run(ctx, question)
		var gone *cdproto.Error
		if errors.As(err, &gone) && gone.Code == serverError && ctx.Err() == nil {
			continue
		}
		if err != nil {
			b.tb.Fatalf("%s: %v\n%s", what, err, b.html())
		}
		return answer
	}
}

// Fits says whether the page is no wider than the screen.
func (b *Browser) Fits() bool {
	b.tb.Helper()
	return Evaluate[bool](b, "document.documentElement.scrollWidth <= document.documentElement.clientWidth")
}

// Evaluate gives the value of a JavaScript expression in the page, which the
// page's content security policy does not keep from being looked at. A promise
// is awaited.
func Evaluate[T any](b *Browser, expression string) T {
	b.tb.Helper()
	return patiently(b, "evaluate in the page", chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Press presses keys, one after the other, wherever the focus is.
func (b *Browser) Press(keys string) {
	b.tb.Helper()
	b.Do("press a key", chromedp.KeyEvent(keys))
}

// Sharp changes the screen like Screen, to one with more dots to a pixel.
func (b *Browser) Sharp(width, height int, dots float64) {
	b.tb.Helper()
	b.Do("change the screen", chromedp.EmulateViewport(int64(width), int64(height), chromedp.EmulateScale(dots)))
}

// Glance is what is on the screen now, as a PNG.
func (b *Browser) Glance() []byte {
	b.tb.Helper()
	return patiently(b, "photograph the screen", chromedp.CaptureScreenshot())
}

// Photograph is the whole page as a PNG, however long it is.
func (b *Browser) Photograph() []byte {
	b.tb.Helper()
	return patiently(b, "photograph the page", chromedp.FullScreenshot(100))
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
