// Command inturn sells a stampede's worth of tickets in turn.
//
// This folder holds the command line only: one file for each command, and
// realMain, which every test of the binary calls. It is the one place that
// knows the wall clock.
//
// Exit codes: 0 done; 1 it could not be done, or verify found something; 2
// the command line or the settings are wrong, and nothing was tried.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // a sale's zone must be known on machines without zone data

	"github.com/alecthomas/kong"
)

const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second signal kills
	os.Exit(realMain(ctx, os.Args[1:], process{env: os.Environ(), stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}))
}

// process is what a command may touch of the process it runs in.
type process struct {
	env            []string
	stdin          io.Reader
	stdout, stderr io.Writer
}

// errUsage marks mistakes in the command line and the settings.
var errUsage = errors.New("usage")

// errSilent ends with exit code 1 after everything has been said.
var errSilent = errors.New("failed")

// realMain runs one command and gives the exit code.
func realMain(ctx context.Context, args []string, p process) (code int) {
	defer func() { // kong ends --help and --version by calling Exit
		if r := recover(); r != nil {
			exit, ok := r.(exited)
			if !ok {
				panic(r)
			}
			code = int(exit)
		}
	}()
	var commands commands
	flags := newSettingFlags()
	parser, err := kong.New(&commands,
		kong.Name("inturn"),
		kong.Description("Sells a stampede's worth of tickets in turn."),
		kong.Embed(flags.target()),
		kong.Writers(p.stdout, p.stderr),
		kong.Exit(func(code int) { panic(exited(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
	)
	if err != nil {
		fmt.Fprintln(p.stderr, "inturn:", err)
		return exitFailed
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(p.stderr, "inturn: %v\nTry: inturn --help\n", err)
		return exitUsage
	}
	err = parsed.Run(&session{ctx: ctx, process: p, flags: flags})
	if err != nil && !errors.Is(err, errSilent) {
		printError(p.stderr, err)
	}
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errUsage):
		return exitUsage
	default:
		return exitFailed
	}
}

// exited carries kong's exit code up to realMain.
type exited int

// commands is the command line. Settings' flags are added from their table.
type commands struct {
	Serve   serveCommand   `cmd:"" help:"Run the roles: registration, dispatcher, checkout, console (all when none is named)."`
	Demo    demoCommand    `cmd:"" help:"Play a whole sale in about a minute, to watch in terminal and browser."`
	Sale    saleCommand    `cmd:"" help:"Write, show, pause, freeze and release sales."`
	Fan     fanCommand     `cmd:"" help:"Help one fan: what happened to a place, and erasing a person."`
	Owner   ownerCommand   `cmd:"" help:"Links for whoever owns the installation: the first one, and one for somebody who is locked out of the console."`
	Orders  ordersCommand  `cmd:"" help:"The door list of a sale: code, tickets, amount, address."`
	Export  exportCommand  `cmd:"" help:"Take a sale's data out: registrations, offers, orders, ledger or audit, as CSV or JSON."`
	Doctor  doctorCommand  `cmd:"" help:"Look at all that must be right before a sale opens: DNS of the senders, mail server, addresses, clock, disk; exit 1 where something is wrong."`
	Verify  verifyCommand  `cmd:"" help:"Check every invariant on the stored data; exit 1 where one is broken."`
	Bounces bouncesCommand `cmd:"" help:"Take mails that came back, over SMTP or from files, and close their offers."`
	Keys    keysCommand    `cmd:"" help:"List and rotate the keys that sign links, receipts and envelope addresses; make those that sign mail."`
	Config  configCommand  `cmd:"" help:"Check and show the settings."`
	Version versionCommand `cmd:"" help:"Print the version."`
}
