package e2etest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Machine is one data directory with the settings that everything on it
// shares.
type Machine struct {
	Dir    string            // holds the data directory
	Env    map[string]string // INTURN_… settings; may be changed while nothing runs
	binary string
}

func (m *Machine) command(args ...string) *exec.Cmd {
	return m.commandContext(context.Background(), args...)
}

func (m *Machine) commandContext(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, m.binary, args...)
	cmd.Dir = m.Dir
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "SystemRoot"} {
		if value, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	for name, value := range m.Env {
		if value != "" {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	return cmd
}

// announced compares what a process says it listens on with its settings.
func (m *Machine) announced(addresses map[string]string) error {
	for listener, address := range addresses {
		if want := m.Env["INTURN_"+strings.ToUpper(listener)+"_LISTEN"]; address != want {
			return fmt.Errorf("%s listens on %s, want %s", listener, address, want)
		}
	}
	return nil
}

// Ran is what a command did.
type Ran struct {
	Code     int
	Out, Err string
}

// Run runs a command on this machine to its end, whatever its exit code.
func (m *Machine) Run(tb testing.TB, args ...string) Ran {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), Patience)
	defer cancel()
	cmd := m.commandContext(ctx, args...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		tb.Fatalf("inturn %s: %v", strings.Join(args, " "), err)
	}
	return Ran{Code: cmd.ProcessState.ExitCode(), Out: out.String(), Err: errOut.String()}
}

// Inturn runs a command that has to succeed and gives its standard output.
func (m *Machine) Inturn(tb testing.TB, args ...string) string {
	tb.Helper()
	ran := m.Run(tb, args...)
	if ran.Code != 0 {
		tb.Fatalf("inturn %s: exit code %d\n%s%s", strings.Join(args, " "), ran.Code, ran.Out, ran.Err)
	}
	return ran.Out
}

// with is this machine with other settings, for commands.
func (m *Machine) with(settings map[string]string) *Machine {
	other := *m
	other.Env = map[string]string{}
	for _, from := range []map[string]string{m.Env, settings} {
		for name, value := range from {
			other.Env[name] = value
		}
	}
	return &other
}
