package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/inturn/inturn/internal/mail/smtptest"
)

// TestMain installs this test binary as `inturn` on the scripts' path.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"inturn": main})
}

// TestScripts runs the binary as operators do. Commands besides testscript's:
//
//	exits N inturn …             runs it and wants exactly this exit code
//	serve NAME [roles and flags] starts `inturn serve` and waits until it
//	                             serves; the chosen addresses become
//	                             $NAME_registration, $NAME_peer and so on as
//	                             URLs, and with _address as host:port
//	term NAME                    SIGTERM, and wants exit code 0
//	crash NAME                   SIGKILL
//	http METHOD URL [form]       as JSON; prints status and body
//	until REGEXP command…        repeats a command until its output matches
//
// and those of outside_test.go, for what stands around a process.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			servers := map[string]*server{}
			e.Values[serversKey{}] = servers
			e.Values[outsideKey{}] = &outside{mail: map[string]*smtptest.Server{}}
			e.Setenv("INTURN_DATA", e.WorkDir+"/data")
			for _, name := range []string{"REGISTRATION", "CHECKOUT", "CONSOLE"} {
				e.Setenv("INTURN_"+name+"_LISTEN", "127.0.0.1:0")
			}
			e.Defer(func() {
				for _, s := range servers {
					s.kill()
				}
			})
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": cmdExits, "serve": cmdServe, "term": cmdTerm, "crash": cmdCrash, "http": cmdHTTP, "until": cmdUntil,
			"dns": cmdDNS, "smtp": cmdSMTP, "taken": cmdTaken, "front": cmdFront,
		},
	})
}

type serversKey struct{}

func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits N command…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%s exits with %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

// server is one running `inturn serve`.
type server struct {
	cmd  *exec.Cmd
	done chan error
	log  chan string // all of its log, once it has ended
}

func (s *server) kill() {
	_ = s.cmd.Process.Kill() // it may have ended
	<-s.done
}

func cmdServe(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: serve NAME [roles and flags]")
	}
	name := args[0]
	cmd := exec.Command("inturn", append([]string{"serve"}, args[1:]...)...)
	cmd.Env = scriptEnv(ts)
	cmd.Dir = ts.Getenv("WORK")
	stderr, err := cmd.StderrPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	s := &server{cmd: cmd, done: make(chan error, 1), log: make(chan string, 1)}
	ts.Value(serversKey{}).(map[string]*server)[name] = s
	serving := make(chan map[string]string, 1)
	go func() {
		s.log <- followLog(stderr, serving)
		s.done <- cmd.Wait()
		close(s.done)
	}()
	select {
	case urls := <-serving:
		for listener, url := range urls {
			ts.Setenv(name+"_"+listener, url)
			ts.Setenv(name+"_"+listener+"_address", strings.TrimPrefix(url, "http://"))
		}
	case log := <-s.log:
		ts.Fatalf("serve %s ended before it served:\n%s", name, log)
	case <-time.After(time.Minute):
		ts.Fatalf("serve %s does not serve", name)
	}
}

var listening = regexp.MustCompile(`msg=listening listener=(\w+) address=(\S+) url=\S+`)

// followLog reads a server's log to its end and tells when it serves, with
// the address of every listener.
func followLog(r io.Reader, serving chan<- map[string]string) string {
	var log strings.Builder
	urls := map[string]string{}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		fmt.Fprintln(&log, lines.Text())
		if m := listening.FindStringSubmatch(lines.Text()); m != nil {
			urls[m[1]] = "http://" + m[2]
		}
		if strings.Contains(lines.Text(), "msg=serving") {
			serving <- urls
		}
	}
	return log.String()
}

func scriptEnv(ts *testscript.TestScript) []string {
	var env []string
	for _, name := range []string{"PATH", "HOME", "TMPDIR"} {
		env = append(env, name+"="+ts.Getenv(name))
	}
	for _, name := range []string{
		"DATA", "REGISTRATION_LISTEN", "CHECKOUT_LISTEN", "CONSOLE_LISTEN", "PEER_LISTEN", "REGISTRATION_URL", "CHECKOUT_URL",
		"PEER_URL", "PEER_SECRET", "SMTP_URL", "BEAT", "LOG_LEVEL",
	} {
		if value := ts.Getenv("INTURN_" + name); value != "" {
			env = append(env, "INTURN_"+name+"="+value)
		}
	}
	return env
}

func cmdTerm(ts *testscript.TestScript, neg bool, args []string) {
	s := serverOf(ts, args)
	ts.Check(s.cmd.Process.Signal(syscall.SIGTERM))
	select {
	case err := <-s.done:
		if err != nil {
			ts.Fatalf("stop %s: %v\n%s", args[0], err, <-s.log)
		}
	case <-time.After(time.Minute):
		ts.Fatalf("%s does not stop", args[0])
	}
	fmt.Fprint(ts.Stderr(), <-s.log)
}

func cmdCrash(ts *testscript.TestScript, neg bool, args []string) { serverOf(ts, args).kill() }

func serverOf(ts *testscript.TestScript, args []string) *server {
	if len(args) != 1 {
		ts.Fatalf("name one server")
	}
	s, ok := ts.Value(serversKey{}).(map[string]*server)[args[0]]
	if !ok {
		ts.Fatalf("there is no server %s", args[0])
	}
	return s
}

func cmdHTTP(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: http METHOD URL [form]")
	}
	form := ""
	if len(args) > 2 {
		form = args[2]
	}
	answer, err := request(args[0], args[1], form)
	ts.Check(err)
	fmt.Fprintln(ts.Stdout(), answer)
}

// request gives status and body; redirects are not followed.
func request(method, url, form string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(form))
	if err != nil {
		return "", err
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return fmt.Sprintf("%d %s", answer.StatusCode, body), err
}

// cmdUntil repeats `http …` or a program until its output matches. The first
// group of the expression, if any, becomes $FOUND.
func cmdUntil(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until REGEXP command…")
	}
	wanted, err := regexp.Compile(args[0])
	ts.Check(err)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(time.Minute)
	for {
		output := attempt(ts, args[1:])
		if m := wanted.FindStringSubmatch(output); m != nil {
			if len(m) > 1 {
				ts.Setenv("FOUND", m[1])
			}
			fmt.Fprintln(ts.Stdout(), output)
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			ts.Fatalf("%s never matched; last:\n%s", args[0], output)
		}
	}
}

func attempt(ts *testscript.TestScript, args []string) string {
	if args[0] == "http" {
		form := ""
		if len(args) > 3 {
			form = args[3]
		}
		answer, err := request(args[1], args[2], form)
		if err != nil {
			return err.Error()
		}
		return answer
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env, cmd.Dir = scriptEnv(ts), ts.Getenv("WORK")
	output, err := cmd.CombinedOutput()
	if err != nil {
		return string(output) + err.Error()
	}
	return string(output)
}
