//go:build !linux

package e2etest

import "syscall"

func leash() *syscall.SysProcAttr { return nil }
