package demo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// browser is what a fan looks at the sale with: it follows redirects, reads
// pages and fills in the forms that stand in them. It runs no scripts.
type browser struct{ client *http.Client }

// newBrowser makes the browser that the whole crowd shares; it keeps no
// cookies, so nobody can tell.
func newBrowser() *browser {
	return &browser{&http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: 64, MaxConnsPerHost: 64, IdleConnTimeout: 30 * time.Second},
		Timeout:   time.Minute,
	}}
}

func (b *browser) close() { b.client.CloseIdleConnections() }

// mostPage bounds one page in bytes.
const mostPage = 1 << 20

// page is what the browser shows: where it ended up, and what stands there.
type page struct {
	status int
	at     *url.URL
	root   *html.Node
}

func (b *browser) get(ctx context.Context, address string) (page, error) {
	return b.do(ctx, http.MethodGet, address, nil)
}

// send fills in a form and presses its button.
func (b *browser) send(ctx context.Context, f form) (page, error) {
	return b.do(ctx, http.MethodPost, f.action, f.fields)
}

func (b *browser) do(ctx context.Context, method, address string, fields url.Values) (page, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(fields.Encode()))
	if err != nil {
		return page{}, err
	}
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Accept-Language", "en")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := b.client.Do(r)
	if err != nil {
		return page{}, fmt.Errorf("%s a page: %w", strings.ToLower(method), withoutAddress(err))
	}
	defer res.Body.Close()
	root, err := html.Parse(io.LimitReader(res.Body, mostPage))
	if err != nil {
		return page{}, fmt.Errorf("read a page: %w", err)
	}
	p := page{status: res.StatusCode, at: res.Request.URL, root: root}
	if p.status >= http.StatusInternalServerError {
		return p, fmt.Errorf("%s a page: %s: %s", strings.ToLower(method), res.Status, p.heading())
	}
	return p, nil
}

// withoutAddress keeps links, which carry tokens, out of reports.
func withoutAddress(err error) error {
	if u, ok := err.(*url.Error); ok { //nolint:errorlint // what Client.Do promises
		return u.Err
	}
	return err
}

// form is a form of a page with what already stands in it.
type form struct {
	action string
	fields url.Values
	counts []count
}

// count is a field that takes a number of tickets.
type count struct {
	name string
	most int
}

// form finds the page's form that has a field of that name.
func (p page) form(field string) (form, bool) {
	return p.findForm(func(f form) bool { _, ok := f.fields[field]; return ok })
}

// formTo finds the page's form whose action ends so.
func (p page) formTo(suffix string) (form, bool) {
	return p.findForm(func(f form) bool { return strings.HasSuffix(f.action, suffix) })
}

func (p page) findForm(match func(form) bool) (form, bool) {
	for n := range p.all("form") {
		if f := p.readForm(n); match(f) {
			return f, true
		}
	}
	return form{}, false
}

// readForm reads a form as the browser would send it untouched.
func (p page) readForm(n *html.Node) form {
	f := form{fields: url.Values{}}
	if action, err := p.at.Parse(attr(n, "action")); err == nil {
		f.action = action.String()
	}
	for c := range n.Descendants() {
		name := attr(c, "name")
		switch {
		case name == "":
		case c.Data == "input":
			f.fields.Set(name, attr(c, "value"))
			if attr(c, "type") == "number" {
				most, _ := strconv.Atoi(attr(c, "max"))
				f.counts = append(f.counts, count{name, most})
			}
		case c.Data == "select":
			f.fields.Set(name, "0")
			f.counts = append(f.counts, count{name, largestOption(c)})
		}
	}
	return f
}

func largestOption(n *html.Node) int {
	most := 0
	for c := range n.Descendants() {
		if c.Data == "option" {
			v, _ := strconv.Atoi(attr(c, "value"))
			most = max(most, v)
		}
	}
	return most
}

// order fills in how many tickets of which type are wanted: of the type that
// is liked first as many as there are, then of the others. It gives how many
// it could get.
func (f form) order(wants, likes int) int {
	got := 0
	for i := range f.counts {
		c := f.counts[(likes+i)%len(f.counts)]
		n := min(wants-got, c.most)
		f.fields.Set(c.name, strconv.Itoa(n))
		got += n
	}
	return got
}

// state is what a place page says about its place.
func (p page) state() string {
	for n := range p.all("section") {
		if rest, ok := strings.CutPrefix(attr(n, "class"), "card state "); ok {
			return rest
		}
	}
	return ""
}

// notice is what a landing page says about its form.
func (p page) notice() string {
	for n := range p.all("section") {
		if rest, ok := strings.CutPrefix(attr(n, "class"), "card notice "); ok {
			return rest
		}
	}
	return ""
}

// number is the number in line that a place page shows.
func (p page) number() int {
	for n := range p.all("span") {
		if attr(n, "class") == "number" {
			v, _ := strconv.Atoi(strings.ReplaceAll(words(n), ",", ""))
			return v
		}
	}
	return 0
}

// most is how many tickets an offer page says are reserved: the first number
// of its first sentence.
func (p page) most() int {
	for n := range p.all("p") {
		if attr(n, "class") != "lead" {
			continue
		}
		for word := range strings.FieldsSeq(words(n)) {
			if v, err := strconv.Atoi(word); err == nil {
				return v
			}
		}
	}
	return 0
}

// orderCode is the code on an order page.
func (p page) orderCode() string {
	for n := range p.all("p") {
		if attr(n, "class") == "code" {
			return words(n)
		}
	}
	return ""
}

// tickets are the codes of the tickets on an order page.
func (p page) tickets() []string {
	var codes []string
	for n := range p.all("code") {
		codes = append(codes, words(n))
	}
	return codes
}

// heading is the page's first heading, for reports.
func (p page) heading() string {
	for n := range p.all("h1") {
		return words(n)
	}
	return ""
}

// all visits the elements of one name, in order.
func (p page) all(name string) func(yield func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		for n := range p.root.Descendants() {
			if n.Type == html.ElementNode && n.Data == name && !yield(n) {
				return
			}
		}
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// words is the text of an element, in single spaces.
func words(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
