package e2etest

import "syscall"

// leash ends a child when this process dies, however it dies.
func leash() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
