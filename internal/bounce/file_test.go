package bounce

import (
	"context"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/sale"
)

// counter stands for line and keys where only reading matters: it knows one
// address, and counts what it is told about it.
type counter struct{ told int }

const known = "knowntag"

func (*counter) ReadBounceTag(tag string) (link.Handover, error) {
	if strings.EqualFold(tag, known) {
		return link.Handover{Try: 7}, nil
	}
	return link.Handover{}, sale.E(sale.CodeNotFound, "no")
}

func (c *counter) Bounce(context.Context, line.Bounce) (line.Bounced, error) {
	c.told++
	return line.Bounced{Result: line.BounceClosing}, nil
}

// What is read from a mailbox adds up, and nothing is told of a mailbox that
// does not name the address.
func FuzzReadAll(f *testing.F) {
	path, err := mail.ParseReturnPath("bounces@tickets.example", len(known))
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range []string{"postfix", "exchange", "delayed", "holiday"} {
		f.Add("From x\n" + sample(f, name, path.With(known)) + "\r\n\r\nFrom y\r\n" + sample(f, name, "x"))
	}
	f.Add("\nFrom \n\nFrom \nTo: \"a\" <" + path.With(known) + ">, b\n")
	f.Fuzz(func(t *testing.T, raw string) {
		c := &counter{}
		desk, err := New(Options{Line: c, Keys: c, ReturnPath: path})
		if err != nil {
			t.Fatal(err)
		}
		counts, err := desk.ReadAll(t.Context(), strings.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, of := range counts {
			n += of
		}
		switch {
		case counts[Verdict(line.BounceClosing)] != c.told:
			t.Errorf("%d bounces were told, %v counted", c.told, counts)
		case c.told > 0 && !strings.Contains(strings.ToLower(raw), known):
			t.Error("a bounce of nobody")
		case n > 1+strings.Count(raw, "From "):
			t.Errorf("%d messages", n)
		}
	})
}
