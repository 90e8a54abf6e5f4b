package main

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"os"
	"slices"
	"time"

	"github.com/inturn/inturn/internal/app"
	"github.com/inturn/inturn/internal/bounce"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/settings"
)

type bouncesCommand struct {
	Files []string `arg:"" optional:"" help:"Mails that came back, each a message or an mbox; - is standard input."`
	JSON  bool     `name:"json" help:"Print JSON, for files."`
}

// Help is what `inturn bounces --help` adds.
func (bouncesCommand) Help() string {
	return "Without files it listens at bounces_listen and speaks SMTP, beside a serve that does not; " +
		"with files it reads them and ends. Either way it takes what comes back to bounce_address, " +
		"and closes the offers whose mails could not be delivered."
}

func (c *bouncesCommand) Run(s *session) error {
	loaded, err := s.settings()
	if err != nil {
		return err
	}
	level := loaded.LogLevel
	if len(c.Files) > 0 {
		level = max(level, slog.LevelWarn)
	}
	logger := newLogger(s.stderr, loaded.LogFormat, level)
	parts, err := app.NewParts(app.PartsOptions{Settings: loaded, Clock: time.Now, Logger: logger})
	if err != nil {
		return err
	}
	defer parts.Close()
	if !parts.HasLine() {
		return errors.New("there is no line database here; is --data (INTURN_DATA) the right directory?")
	}
	desk, err := parts.Bounces(s.ctx, nil)
	if sale.CodeOf(err) == sale.CodeInvalid {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if err != nil {
		return err
	}
	if len(c.Files) == 0 {
		return s.takeBounces(loaded, desk, logger)
	}
	return c.read(s, desk)
}

// takeBounces listens until the process is told to stop.
func (s *session) takeBounces(loaded *settings.Settings, desk *bounce.Desk, logger *slog.Logger) error {
	if loaded.BouncesListen == "" {
		return fmt.Errorf("%w: name the files to read, or set bounces_listen (INTURN_BOUNCES_LISTEN)", errUsage)
	}
	var config net.ListenConfig
	ln, err := config.Listen(s.ctx, "tcp", loaded.BouncesListen)
	if err != nil {
		return fmt.Errorf("INTURN_BOUNCES_LISTEN: %w; a dispatcher with the same setting listens there itself", err)
	}
	logger.Info("listening", "listener", "bounces", "address", ln.Addr().String(), "url", "smtp://"+ln.Addr().String())
	logger.Info("serving", "roles", "bounces")
	err = desk.Serve(s.ctx, ln)
	logger.Info("stopped")
	return err
}

// read takes what the files hold, and says what came of it.
func (c *bouncesCommand) read(s *session, desk *bounce.Desk) error {
	counts := map[bounce.Verdict]int{}
	for _, name := range c.Files {
		some, err := s.readMailbox(desk, name)
		for verdict, n := range some {
			counts[verdict] += n
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if c.JSON {
		return s.printJSON(counts)
	}
	for _, verdict := range slices.Sorted(maps.Keys(counts)) {
		s.printf("%-8s %5d  %s\n", verdict, counts[verdict], meaning(verdict))
	}
	return nil
}

func (s *session) readMailbox(desk *bounce.Desk, name string) (map[bounce.Verdict]int, error) {
	if name == "-" {
		return desk.ReadAll(s.ctx, s.stdin)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return desk.ReadAll(s.ctx, f)
}

// meaning says a verdict in words.
func meaning(v bounce.Verdict) string {
	return map[bounce.Verdict]string{
		"closing":      "the offer closes at the next beat",
		"kept":         "another mail for the same offer may have arrived; it stays open",
		"late":         "the offer was over already",
		"noted":        "not an offer's mail; recorded",
		"again":        "reported before",
		"unknown":      "genuine, but this line does not know the mail",
		bounce.Ignored: "no report of a final failure",
		bounce.Refused: "not to an address that inturn signed",
	}[v]
}
