package e2etest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Process is one `inturn serve` of a site, or another command that stays:
// while it runs, after it was
// stopped or killed, and when it was started again.
type Process struct {
	Name    string // its roles, "registration dispatcher"; "all" for a serve without any
	Machine *Machine
	roles   []string
	command string // serve when empty

	mu  sync.Mutex
	log strings.Builder // of all its lives
	run *life           // nil: not running
}

// life is one run of the binary.
type life struct {
	cmd       *exec.Cmd
	addresses map[string]string // by listener, as logged, once it serves
	serving   chan struct{}     // closed when it says that it serves
	ended     chan struct{}
	err       error // of Wait, once ended
}

// Start starts the process and returns when it serves.
func (p *Process) Start() error {
	if err := p.Launch(); err != nil {
		return err
	}
	return p.AwaitServing()
}

// AwaitServing returns once a process that was launched serves.
func (p *Process) AwaitServing() error {
	run := p.running()
	select {
	case <-run.serving:
		return p.Machine.announced(run.addresses)
	case <-run.ended:
		return fmt.Errorf("serve %s ended before it served: %w\n%s", p.Name, run.err, p.Log())
	case <-time.After(Patience):
		return fmt.Errorf("serve %s does not serve\n%s", p.Name, p.Log())
	}
}

// Launch starts the process and does not wait for anything.
func (p *Process) Launch() error {
	run, err := p.launch()
	if err != nil {
		return fmt.Errorf("start %s: %w", p.Name, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.run = run
	return nil
}

func (p *Process) launch() (*life, error) {
	if p.running() != nil {
		return nil, errors.New("it runs already")
	}
	args := append([]string{"serve"}, p.roles...)
	if p.command != "" {
		args = []string{p.command}
	}
	cmd := p.Machine.command(args...)
	cmd.SysProcAttr = leash()
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	run := &life{cmd: cmd, addresses: map[string]string{}, serving: make(chan struct{}), ended: make(chan struct{})}
	go func() {
		p.follow(stderr, run)
		run.err = cmd.Wait()
		close(run.ended)
	}()
	return run, nil
}

// follow reads the log to its end and tells when the process serves, with the
// addresses that it says it listens on.
func (p *Process) follow(r io.Reader, run *life) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		p.mu.Lock()
		fmt.Fprintln(&p.log, lines.Text())
		p.mu.Unlock()
		var said struct{ Msg, Listener, Address string }
		if json.Unmarshal(lines.Bytes(), &said) != nil {
			continue
		}
		switch said.Msg {
		case "listening":
			run.addresses[said.Listener] = said.Address
		case "serving":
			close(run.serving)
		}
	}
	_, _ = io.Copy(io.Discard, r) // a line too long must not block the process
}

// Stop asks the process to stop, as an operator does, and wants it to finish
// with exit code 0.
func (p *Process) Stop() error {
	run := p.running()
	if run == nil {
		return nil
	}
	if err := run.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop %s: %w", p.Name, err)
	}
	select {
	case <-run.ended:
	case <-time.After(Patience):
		return fmt.Errorf("%s does not stop\n%s", p.Name, p.Log())
	}
	p.gone()
	if run.err != nil {
		return fmt.Errorf("%s stopped badly: %w\n%s", p.Name, run.err, p.Log())
	}
	return nil
}

// Kill ends the process in the middle of whatever it does. It is an error
// when it had ended by itself.
func (p *Process) Kill() error {
	run := p.running()
	if run == nil {
		return nil
	}
	died := false
	select {
	case <-run.ended:
		died = true
	default:
		_ = run.cmd.Process.Kill()
		<-run.ended
	}
	p.gone()
	if died {
		return fmt.Errorf("%s ended by itself: %w\n%s", p.Name, run.err, p.Log())
	}
	return nil
}

func (p *Process) running() *life {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.run
}

func (p *Process) gone() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.run = nil
}

// Log is everything it has logged, over all its lives.
func (p *Process) Log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

// has says whether the process runs a role.
func (p *Process) has(role string) bool { return len(p.roles) == 0 || slices.Contains(p.roles, role) }
