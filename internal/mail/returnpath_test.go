package mail

import (
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/sale"
)

func TestReturnPath(t *testing.T) {
	p, err := ParseReturnPath("Bounces@Tickets.Example", 48)
	if err != nil {
		t.Fatal(err)
	}
	tag := strings.Repeat("a2", 24)
	address := p.With(tag)
	if address != "bounces+"+tag+"@tickets.example" || p.String() != "bounces@tickets.example" || p.Domain() != "tickets.example" {
		t.Errorf("address %s, without its tag %s", address, p)
	}
	for _, spelled := range []string{address, strings.ToUpper(address)} {
		if got, ok := p.Tag(spelled); !ok || !strings.EqualFold(got, tag) {
			t.Errorf("tag of %s: %q, %v", spelled, got, ok)
		}
	}
	for _, other := range []string{
		"", "@", "bounces@tickets.example", "bounces+" + tag, "bounces+" + tag + "@other.example", "other+" + tag + "@tickets.example",
		"bounces+" + tag + "@tickets.example@other.example", "+" + tag + "@",
	} {
		if got, ok := p.Tag(other); ok {
			t.Errorf("%q has the tag %q", other, got)
		}
	}
	if got, ok := (ReturnPath{}).Tag("+" + tag + "@"); ok {
		t.Errorf("no return path gives the tag %q", got)
	}
}

func TestParseReturnPathRefuses(t *testing.T) {
	for _, wrong := range []string{
		"", "bounces", "@tickets.example", "bounces@", "bounces@[192.0.2.1]", "a b@tickets.example", "bounces+x@tickets.example",
		"b@tickets.example\r\nRCPT TO:<x@y.example>", strings.Repeat("b", 16) + "@tickets.example",
	} {
		if p, err := ParseReturnPath(wrong, 48); sale.CodeOf(err) != sale.CodeInvalid {
			t.Errorf("%q is %v, %v", wrong, p, err)
		}
	}
	if _, err := ParseReturnPath(strings.Repeat("b", 15)+"@tickets.example", 48); err != nil {
		t.Errorf("64 letters in all: %v", err)
	}
}
