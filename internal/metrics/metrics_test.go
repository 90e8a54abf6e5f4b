package metrics

import (
	"context"
	"errors"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

func TestPage(t *testing.T) {
	m := New("v1.2.3")
	m.SignUp(sale.Guaranteed, nil)
	m.SignUp("", sale.E(sale.CodeFull, "full"))
	m.Beat(3*time.Millisecond, nil)
	m.Beat(time.Second, errors.New("no"))
	m.Mail(sale.MailOffer, "accepted")
	m.Registrations("lake", sale.Standby, 7)
	m.Offers("lake", map[sale.OfferState]int{sale.OfferPlanned: 2})
	m.Offers("lake", map[sale.OfferState]int{sale.OfferOpen: 5})
	m.Stock(sale.Stock{Sale: "lake", Pools: []sale.PoolStock{{Pool: "capacity", Issued: 10, Available: 4, Offered: 5, Sold: 1}}})
	m.Request("registration", "/:sale", 201, time.Millisecond)
	m.Group("sign_up", 256)
	m.Part("console", "mail", false)

	refreshed := false
	w := httptest.NewRecorder()
	m.Handler(func(context.Context) { refreshed = true }).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if !refreshed {
		t.Error("the page was served without refreshing")
	}
	if strings.Contains(w.Body.String(), `state="planned"`) {
		t.Error("a state that no offer is in any more is still told")
	}
	for _, want := range []string{
		`inturn_sign_ups_total{class="guaranteed",result="ok"} 1`,
		`inturn_sign_ups_total{class="",result="full"} 1`,
		`inturn_beat_seconds_count{result="failed"} 1`,
		`inturn_mails_total{kind="offer",result="accepted"} 1`,
		`inturn_registrations{class="standby",sale="lake"} 7`,
		`inturn_offers{sale="lake",state="open"} 5`,
		`inturn_units{account="available",pool="capacity",sale="lake"} 4`,
		`inturn_http_request_seconds_count{listener="registration",route="/:sale",status="201"} 1`,
		`inturn_group_commit_items_sum{what="sign_up"} 256`,
		`inturn_part_ok{listener="console",part="mail"} 0`,
		`inturn_build_info{version="v1.2.3"} 1`,
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no line %s", want)
		}
	}
}

// TestNilCountsNothing calls every method of a nil *Metrics but Handler.
func TestNilCountsNothing(t *testing.T) {
	var m *Metrics
	v := reflect.ValueOf(m)
	for i := range v.NumMethod() {
		if v.Type().Method(i).Name == "Handler" {
			continue
		}
		args := make([]reflect.Value, v.Method(i).Type().NumIn())
		for j := range args {
			args[j] = reflect.Zero(v.Method(i).Type().In(j))
		}
		v.Method(i).Call(args)
	}
}
