package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/inturn/inturn/dispatcher"
	"github.com/inturn/inturn/internal/app"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/salefile"
)

type saleCommand struct {
	Apply    saleApplyCommand    `cmd:"" help:"Write a sale from its file and put it to the box office. Applying it again changes nothing."`
	Show     saleShowCommand     `cmd:"" help:"Show a sale: what is in force, the line, the stock."`
	List     saleListCommand     `cmd:"" help:"List all sales."`
	Pause    salePauseCommand    `cmd:"" help:"Make no new offers; open links run on."`
	Resume   saleResumeCommand   `cmd:"" help:"Make offers again."`
	Freeze   saleFreezeCommand   `cmd:"" help:"Stop every clock of a sale: an incident. Links keep the time they have."`
	Release  saleReleaseCommand  `cmd:"" help:"Let the clocks run again; every open link is extended by exactly the outage."`
	Clusters saleClustersCommand `cmd:"" help:"List registrations that one hand may have made; nothing is changed."`
}

type saleApplyCommand struct {
	File   string `arg:"" help:"YAML file, or - for standard input."`
	DryRun bool   `help:"Validate and print the difference; write nothing."`
	Over   int64  `help:"Replace this version although the file was made from an older one." placeholder:"VERSION"`
	JSON   bool   `name:"json" help:"Print JSON."`
}

func (c *saleApplyCommand) Run(s *session) error {
	file, err := s.readSale(c.File)
	if err != nil {
		return err
	}
	parts, err := s.parts()
	if err != nil {
		return err
	}
	defer parts.Close()
	edit := line.Edit{Actor: s.actor(), Source: line.FromFile, Base: file.Version, Over: c.Over}
	var applied app.Applied
	if c.DryRun {
		applied, err = parts.Preview(s.ctx, file.Sale, edit)
	} else {
		applied, err = parts.Apply(s.ctx, file.Sale, edit)
	}
	if sale.CodeOf(err) == sale.CodeSaleChanged {
		return s.outdated(parts, file.Sale.Slug, err)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		err = s.printJSON(applied)
	} else {
		s.printApplied(applied)
	}
	return errors.Join(err, s.warnOf(file.Sale))
}

// outdated prints why a file is refused that was made from an older version,
// what it would take back, and the two ways on.
func (s *session) outdated(parts *app.Parts, slug string, refused error) error {
	l, err := parts.Line(s.ctx)
	if err != nil {
		return err
	}
	newest, err := l.Version(s.ctx, slug, 0)
	if err != nil {
		return err
	}
	printError(s.stderr, refused)
	s.notef("get the newest version with `inturn sale show %s --file` and change that, or replace it knowingly with --over %d", slug, newest.Sale.Version)
	return errSilent
}

// warnOf names what a sale may say and an organizer rarely means.
func (s *session) warnOf(wanted sale.Sale) error {
	if !wanted.Mail.Receipt {
		s.notef("warning: mail.receipt is false: nobody gets a mail with the number and the place page's address")
	}
	fit, err := dispatcher.FitGuaranteed(wanted)
	if w := fit.Warning(); err == nil && w != "" {
		s.notef("warning: %s", w)
	}
	return err
}

func (s *session) readSale(path string) (salefile.File, error) {
	var data []byte
	var beside fs.FS
	var err error
	if path == "-" {
		data, err = io.ReadAll(s.stdin)
	} else {
		data, err = os.ReadFile(path)
		beside = os.DirFS(filepath.Dir(path))
	}
	if err != nil {
		return salefile.File{}, fmt.Errorf("read the sale file: %w", err)
	}
	parsed, err := salefile.Read(data, beside, dispatcher.CheckSchedule)
	if err == nil {
		err = dispatcher.CheckSale(parsed.Sale)
	}
	var e *sale.Error
	if errors.As(err, &e) {
		named := *e
		named.Message = fmt.Sprintf("%s: %s", path, e.Message)
		return salefile.File{}, &named
	}
	return parsed, err
}

func (s *session) printApplied(a app.Applied) {
	would := ""
	if a.DryRun {
		would = "would be "
	}
	switch {
	case !a.New:
		s.printf("%s: nothing new, version %d\n", a.Sale, a.Version)
	case a.Version == 1:
		s.printf("%s: %swritten as version 1\n", a.Sale, would)
	default:
		s.printf("%s: %swritten as version %d\n", a.Sale, would, a.Version)
	}
	for _, c := range a.Changes {
		switch {
		case c.Old == "":
			s.printf("  + %s: %s\n", c.Field, c.New)
		case c.New == "":
			s.printf("  - %s: %s\n", c.Field, c.Old)
		default:
			s.printf("  ~ %s: %s → %s\n", c.Field, c.Old, c.New)
		}
	}
	if a.Pending {
		s.printf("Version %d is pending: %s. What tightens holds already; what widens, and all offers, wait until it has it.\n", a.Version, a.Why)
	}
}

type salePauseCommand struct {
	Slug string `arg:"" help:"The sale."`
	JSON bool   `name:"json" help:"Print JSON."`
}

func (c *salePauseCommand) Run(s *session) error { return setPaused(s, c.Slug, true, c.JSON) }

type saleResumeCommand struct {
	Slug string `arg:"" help:"The sale."`
	JSON bool   `name:"json" help:"Print JSON."`
}

func (c *saleResumeCommand) Run(s *session) error { return setPaused(s, c.Slug, false, c.JSON) }

func setPaused(s *session, slug string, paused, asJSON bool) error {
	return s.withLine(func(ctx context.Context, _ *app.Parts, l *line.Line) error {
		if err := l.SetPaused(ctx, slug, paused, s.actor()); err != nil {
			return err
		}
		if asJSON {
			return s.printJSON(struct {
				Sale   string `json:"sale"`
				Paused bool   `json:"paused"`
			}{slug, paused})
		}
		if paused {
			s.printf("%s is paused: no new offers; links already out run on.\n", slug)
		} else {
			s.printf("%s goes on at its next scheduled moment.\n", slug)
		}
		return nil
	})
}

// withLine runs do on the line database, which must be there already.
func (s *session) withLine(do func(context.Context, *app.Parts, *line.Line) error) error {
	parts, err := s.parts()
	if err != nil {
		return err
	}
	defer parts.Close()
	if !parts.HasLine() {
		return errors.New("there is no line database here; is --data (INTURN_DATA) the right directory?")
	}
	l, err := parts.Line(s.ctx)
	if err != nil {
		return err
	}
	return do(s.ctx, parts, l)
}
