package demo

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/sale"
)

func TestPostOffice(t *testing.T) {
	var mu sync.Mutex
	opened := map[string]int{}
	var all sync.WaitGroup
	all.Add(2)
	site := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		opened[r.Method+" "+r.URL.Path]++
		all.Done()
	}))
	defer site.Close()
	b := newBrowser()
	defer b.close()
	post, err := openPostOffice(b)
	if err != nil {
		t.Fatal(err)
	}
	ran := make(chan error, 1)
	go func() { ran <- post.run() }()
	box := post.rent("ada@post.example", false)
	post.rent("bruno@post.example", true)

	send := func(to string) mail.Result {
		t.Helper()
		config, err := mail.Parse(post.url())
		if err != nil {
			t.Fatal(err)
		}
		conn, err := mail.New(config, mail.Options{}).Connect(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		return conn.Send(context.Background(), mail.Message{
			From: "Lakeside <tickets@lakeside.example>", To: to, Subject: "Your turn", MessageID: "offer.o1@lakeside.example",
			Date: time.Now(), Text: "Hello\n\n" + site.URL + "/c/token\n", HTML: "<p>Hello</p>", Lang: "en",
		})
	}
	for to, want := range map[string]mail.Outcome{"ada@post.example": mail.Accepted, "bruno@post.example": mail.Refused, "nobody@post.example": mail.Refused} {
		if got := send(to); got.Outcome != want {
			t.Fatalf("to %s: %+v, want %s", to, got, want)
		}
	}
	got := <-box.mails
	if kindOf(got) != sale.MailOffer || linkIn(got, "/c/") != site.URL+"/c/token" || linkIn(got, "/order/") != "" {
		t.Errorf("the mail is a %s with %s", kindOf(got), linkIn(got, "/c/"))
	}
	all.Wait()
	post.close()
	if err := <-ran; err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(map[string]int{"GET /c/token": 1, "HEAD /c/token": 1}, opened); diff != "" {
		t.Errorf("scanner: %s", diff)
	}
	if n := post.refused.Load(); n != 2 || post.counts()[sale.MailOffer] != 1 {
		t.Errorf("%d refused, taken %v", n, post.counts())
	}
}
