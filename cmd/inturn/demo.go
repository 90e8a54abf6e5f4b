package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/inturn/inturn/internal/demo"
	"github.com/inturn/inturn/internal/sale"
)

type demoCommand struct {
	Tickets int    `help:"Tickets for sale." default:"400"`
	Fans    int    `help:"Fans who come." default:"450"`
	Seed    uint64 `help:"What the fans decide follows from it." default:"1"`
	Keep    bool   `help:"Keep the databases, the sale file and the log."`
	JSON    bool   `name:"json" help:"Print the report as JSON."`
}

// Help is what `inturn demo --help` adds.
func (demoCommand) Help() string {
	return "Plays a whole sale in about a minute: all roles on loopback with real databases, HTTP and SMTP, " +
		"and a crowd that uses nothing but pages and mailboxes. Exit code 1 when a promise was broken, " +
		"or when tickets are left that somebody still wants."
}

func (c *demoCommand) Run(s *session) error {
	if given := slices.Sorted(maps.Keys(s.flags.values())); len(given) > 0 {
		return fmt.Errorf("%w: a demo brings its own settings; leave out --%s", errUsage, strings.ReplaceAll(given[0], "_", "-"))
	}
	report, err := demo.Run(s.ctx, demo.Options{
		Tickets: c.Tickets, Fans: c.Fans, Seed: c.Seed, Keep: c.Keep, Clock: time.Now,
		Progress: s.stderr, Terminal: s.terminal(s.stderr),
	})
	if sale.CodeOf(err) == sale.CodeInvalid {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		err = s.printJSON(report)
	} else {
		report.Print(s.stdout, s.terminal(s.stdout))
	}
	if err == nil && !report.OK {
		return errSilent
	}
	return err
}

// terminal says what can be drawn on w.
func (s *session) terminal(w io.Writer) demo.Terminal {
	t := demo.Terminal{Width: 80, Height: 24}
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return t
	}
	t.Live, t.Colour = true, true
	for _, pair := range s.env {
		name, value, _ := strings.Cut(pair, "=")
		t.Colour = t.Colour && (name != "NO_COLOR" || value == "") && pair != "TERM=dumb"
		t.Live = t.Live && pair != "TERM=dumb"
	}
	if width, height, err := term.GetSize(int(f.Fd())); err == nil && width > 0 && height > 0 {
		t.Width, t.Height = width, height
	}
	return t
}
