package sale_test

import (
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

func TestTextIn(t *testing.T) {
	tests := []struct {
		text       sale.Text
		lang, want string
	}{
		{sale.Text{"en": "Lake", "de": "See"}, "de", "See"},
		{sale.Text{"en": "Lake", "de": "See"}, "de-CH", "See"},
		{sale.Text{"en": "Lake", "de": "See", "de-CH": "Seeli"}, "de-CH", "Seeli"},
		{sale.Text{"en": "Lake", "de": "See"}, "fr", "Lake"},
		{sale.Text{"nl": "Meer", "de": "See"}, "fr", "See"},
		{sale.Text{"en": "Lake", "de-CH": "Seeli"}, "de", "Seeli"},
		{sale.Text{"en": "Lake", "de-CH": "Seeli"}, "de-AT", "Seeli"},
		{sale.Text{"en": "Lake", "den": "Tu"}, "de", "Lake"},
		{nil, "fr", ""},
	}
	for _, tt := range tests {
		if got := tt.text.In(tt.lang); got != tt.want {
			t.Errorf("%v in %s is %q, want %q", tt.text, tt.lang, got, tt.want)
		}
	}
}

func TestUpToSecond(t *testing.T) {
	whole := time.Date(2027, 3, 12, 12, 0, 0, 0, time.UTC)
	for in, want := range map[time.Time]time.Time{
		whole:                      whole,
		whole.Add(1):               whole.Add(time.Second),
		whole.Add(time.Second - 1): whole.Add(time.Second),
		whole.Add(-1):              whole,
	} {
		if got := sale.UpToSecond(in); !got.Equal(want) {
			t.Errorf("UpToSecond(%v) = %v", in, got)
		}
	}
}

func TestLocation(t *testing.T) {
	s := lakeside()
	if got := s.Location().String(); got != "Europe/Zurich" {
		t.Error(got)
	}
	s.Timezone = "Nowhere/Land"
	if s.Location() != time.UTC {
		t.Error("an unknown zone is not UTC")
	}
}

func TestType(t *testing.T) {
	s := lakeside()
	if typ, ok := s.Type("sat"); !ok || typ.Price != 9500 {
		t.Errorf("%+v %v", typ, ok)
	}
	if _, ok := s.Type("sun"); ok {
		t.Error("a type from nowhere")
	}
}

func TestOfferStates(t *testing.T) {
	for _, s := range []sale.OfferState{sale.OfferPlanned, sale.OfferOpen, sale.OfferClosing} {
		if !s.Live() || !s.CountsAsTurn() {
			t.Errorf("%s", s)
		}
	}
	for _, s := range []sale.OfferState{
		sale.OfferBought, sale.OfferExpired, sale.OfferDeclined, sale.OfferBounced, sale.OfferWithdrawn, sale.OfferErased, sale.OfferVoided,
	} {
		if s.Live() || !s.CountsAsTurn() {
			t.Errorf("%s", s)
		}
	}
	for _, s := range []sale.OfferState{sale.OfferUndelivered, sale.OfferDropped} {
		if s.Live() || s.CountsAsTurn() {
			t.Errorf("%s", s)
		}
	}
}

func TestMailPriority(t *testing.T) {
	kinds := []sale.MailKind{sale.MailOffer, sale.MailOrder, sale.MailCancellation, sale.MailWithdrawn, sale.MailDecline, sale.MailInvitation, sale.MailTest, sale.MailReceipt, sale.MailConfirm}
	for i, k := range kinds {
		if k.Priority() != i {
			t.Errorf("%s leaves as number %d", k, k.Priority())
		}
	}
}

func TestError(t *testing.T) {
	cause := io.ErrUnexpectedEOF
	err := fmt.Errorf("apply: %w", sale.Wrap(sale.CodeUnavailable, cause, "The box office does not answer."))
	if sale.CodeOf(err) != sale.CodeUnavailable || !errors.Is(err, cause) || !errors.Is(err, &sale.Error{Code: sale.CodeUnavailable}) {
		t.Errorf("%v", err)
	}
	if errors.Is(err, &sale.Error{Code: sale.CodeClosed}) {
		t.Error("matched another code")
	}
	if sale.CodeOf(nil) != "" || sale.CodeOf(io.EOF) != sale.CodeInternal {
		t.Error("codes of nil and of a stranger")
	}
	e := &sale.Error{Code: sale.CodeInvalid, Message: "m", Fields: []sale.FieldError{{Field: "a.b", Message: "c", Line: 3}}, Err: cause}
	if got := e.Error(); got != "invalid: m; line 3: a.b: c: unexpected EOF" {
		t.Error(got)
	}
}

func TestStockCapacity(t *testing.T) {
	s := sale.Stock{Pools: []sale.PoolStock{{Pool: "capacity", Issued: 5}, {Pool: "fri", Issued: 9}}}
	if s.Capacity().Issued != 5 || (sale.Stock{}).Capacity() != (sale.PoolStock{Pool: "capacity"}) {
		t.Error("wrong pool")
	}
}

func TestTypesInWords(t *testing.T) {
	for want, types := range map[string][]string{
		"":                       nil,
		"1 sat":                  {"sat"},
		"2 sat, 1 fri":           {"sat", "fri", "sat"},
		"1 fri, 3 sat, 1 camper": {"fri", "sat", "sat", "camper", "sat"},
	} {
		var o sale.Order
		for _, id := range types {
			o.Tickets = append(o.Tickets, sale.Ticket{Type: id})
		}
		if got := o.TypesInWords(); got != want {
			t.Errorf("%v: %q, want %q", types, got, want)
		}
	}
}
