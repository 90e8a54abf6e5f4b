package sqldbtest

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
)

// cluster is a PostgreSQL server for the life of this process, reachable
// through a socket in a directory of its own.
type cluster struct {
	once sync.Once
	dsn  string
	err  error

	// leash is held by this process; the shell at its other end removes the
	// cluster when it is let go, also when this process is killed.
	leash  io.Closer
	keeper *exec.Cmd
}

// scratch is this process's cluster, started by the first test that asks.
var scratch cluster

func (c *cluster) start() (string, error) {
	c.once.Do(func() { c.dsn, c.err = c.launch() })
	return c.dsn, c.err
}

func (c *cluster) launch() (string, error) {
	initdb, err := exec.LookPath("initdb")
	if err != nil {
		return "", err
	}
	ctl, err := exec.LookPath("pg_ctl")
	if err != nil {
		return "", err
	}
	owner, err := serverUser()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "inturn-pg-")
	if err != nil {
		return "", err
	}
	if owner != nil {
		if err := os.Chown(dir, int(owner.Uid), int(owner.Gid)); err != nil {
			return "", err
		}
	}
	as := &syscall.SysProcAttr{Credential: owner, Setpgid: true}
	data, log := filepath.Join(dir, "data"), filepath.Join(dir, "log")

	// The keeper comes first, so that nothing is left behind whatever fails.
	c.keeper = exec.Command("/bin/sh", "-c",
		`read _; "$1" -D "$2/data" -m immediate stop; rm -rf "$2"`, "sh", ctl, dir)
	c.keeper.SysProcAttr, c.keeper.Dir = as, "/"
	leash, err := c.keeper.StdinPipe()
	if err != nil {
		return "", err
	}
	if err := c.keeper.Start(); err != nil {
		return "", err
	}
	c.leash = leash

	for _, args := range [][]string{
		{initdb, "-D", data, "-U", "inturn", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"},
		{ctl, "-D", data, "-w", "-l", log, "-o", settings + dir, "start"},
	} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.SysProcAttr, cmd.Dir = as, "/"
		// Output goes nowhere: the server would keep a pipe open for ever.
		if err := cmd.Run(); err != nil {
			return "", fmt.Errorf("%s: %w (see %s)", filepath.Base(args[0]), err, log)
		}
	}
	q := url.Values{"host": {dir}}
	return "postgres://inturn@/postgres?" + q.Encode(), nil
}

// settings of the server: a socket only, room for many pools, and deadlocks
// seen at once. It does fsync: tests run on what production runs on.
const settings = "-c listen_addresses='' -c max_connections=200 -c deadlock_timeout=20ms -k "

// serverUser is whom the server runs as: it refuses to run as root.
func serverUser() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// stop removes the cluster and waits until it is gone.
func (c *cluster) stop() {
	if c.leash != nil {
		_ = c.leash.Close()
		_ = c.keeper.Wait()
	}
}
