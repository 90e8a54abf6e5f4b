package app

import "syscall"

// freeSpace is what is left on the disk that dir is on, in bytes.
func freeSpace(dir string) (free uint64, known bool) {
	var s syscall.Statfs_t
	if syscall.Statfs(dir, &s) != nil {
		return 0, false
	}
	return s.Bavail * uint64(s.Bsize), true //nolint:gosec // a block's size is never negative
}

// unsynchronised is STA_UNSYNC of adjtimex(2).
const unsynchronised = 0x40

// clockSynced asks the kernel whether something keeps its clock. Containers
// may be forbidden to ask.
func clockSynced() (synced, known bool) {
	var t syscall.Timex // Modes is zero: nothing is changed
	if _, err := syscall.Adjtimex(&t); err != nil {
		return false, false
	}
	return t.Status&unsynchronised == 0, true
}
