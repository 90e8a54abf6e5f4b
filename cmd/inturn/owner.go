package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"github.com/inturn/inturn/console"
	"github.com/inturn/inturn/internal/app"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/settings"
)

type ownerCommand struct {
	Link  ownerLinkCommand  `cmd:"" help:"Print a one-time link that makes the first owner, as long as there is none."`
	Reset ownerResetCommand `cmd:"" help:"Print a one-time link with which an organizer who is locked out chooses a new passphrase; it removes the second factor."`
}

type ownerLinkCommand struct{}

func (c *ownerLinkCommand) Run(s *session) error {
	return s.withLinks(func(ctx context.Context, m console.LinkMaker) error {
		link, err := console.OwnerLink(ctx, m)
		if err != nil {
			return err
		}
		if link == "" {
			return errors.New("somebody owns this installation already; for an owner who is locked out: inturn owner reset ADDRESS")
		}
		s.printLink(link)
		return nil
	})
}

type ownerResetCommand struct {
	Address string `arg:"" help:"The organizer's e-mail address."`
}

func (c *ownerResetCommand) Run(s *session) error {
	return s.withLinks(func(ctx context.Context, m console.LinkMaker) error {
		link, err := console.ResetLink(ctx, m, c.Address, s.actor())
		if err != nil {
			return err
		}
		s.printLink(link)
		return nil
	})
}

// withLinks makes one-time links to where the settings say that the console
// is.
func (s *session) withLinks(do func(context.Context, console.LinkMaker) error) error {
	return s.withLine(func(ctx context.Context, _ *app.Parts, l *line.Line) error {
		loaded, err := s.settings()
		if err != nil {
			return err
		}
		url := cmp.Or(loaded.ConsoleURL, settings.ListenerURL(loaded.ConsoleListen))
		return do(ctx, console.LinkMaker{Line: l, Clock: time.Now, Rand: rand.Reader, URL: url})
	})
}

func (s *session) printLink(link string) {
	s.printf("%s\n", link)
	s.notef("the link is good once, and for a day")
	if strings.Contains(link, ":0/") {
		s.notef("the console chooses its port when it starts: put the one that it logged in the place of :0")
	}
}
