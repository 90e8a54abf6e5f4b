package main

import "runtime/debug"

type versionCommand struct{}

func (versionCommand) Run(s *session) error {
	s.printf("inturn %s\n", version())
	return nil
}

// version is what the Go tool stamped into the binary: the module's version,
// or the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return info.Main.Version
}
