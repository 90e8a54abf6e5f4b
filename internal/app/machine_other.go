//go:build !linux

package app

// freeSpace is not known here.
func freeSpace(string) (free uint64, known bool) { return 0, false }

// clockSynced is not known here.
func clockSynced() (synced, known bool) { return false, false }
