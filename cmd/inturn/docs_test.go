package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestCommandsInTheDocumentsExist asks every command that the documents show
// for its help, with the flags it is shown with: kong refuses those that it
// does not know.
func TestCommandsInTheDocumentsExist(t *testing.T) {
	tried := 0
	for _, name := range documents(t) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, args := range shownCommands(string(text)) {
			tried++
			var said bytes.Buffer
			if code := realMain(t.Context(), append(args, "--help"), process{stdout: &said, stderr: &said}); code != exitDone {
				t.Errorf("%s shows `inturn %s`: %s", filepath.Base(name), strings.Join(args, " "), &said)
			}
		}
	}
	if tried < 30 {
		t.Errorf("only %d commands found", tried)
	}
}

func documents(t *testing.T) []string {
	t.Helper()
	names := []string{"../../README.md", "../../CONTRIBUTING.md"}
	for _, pattern := range []string{"../../docs/*.md", "../../deploy/systemd/*", "../../deploy/*.yaml", "../../deploy/Dockerfile"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("nothing at %s (%v)", pattern, err)
		}
		names = append(names, found...)
	}
	return names
}

var (
	// inLines are commands of shell fences, at the start of a line or after
	// settings; inSpans those in the middle of a text.
	inLines = regexp.MustCompile(`(?m)^#? *(?:INTURN_\S+ |go run |\./|\./cmd/|docker .* )*inturn(?:ctl)? ((?:serve|demo|sale|fan|owner|orders|doctor|verify|keys|config|version)\b.*)$`)
	inSpans = regexp.MustCompile("`inturn ((?:serve|demo|sale|fan|owner|orders|doctor|verify|keys|config|version)\\b[^`|…\\[]*)`")
	// tail is what the shell does with a command, and comments.
	tail = regexp.MustCompile(` +(#|>|<|&|\|).*$`)
	// quoted is one word of a command.
	quoted = regexp.MustCompile(`'[^']*'|"[^"]*"|\S+`)
)

func shownCommands(text string) [][]string {
	var commands [][]string
	for _, re := range []*regexp.Regexp{inLines, inSpans} {
		for _, m := range re.FindAllStringSubmatch(text, -1) {
			var args []string
			for _, word := range quoted.FindAllString(tail.ReplaceAllString(m[1], ""), -1) {
				args = append(args, strings.Trim(word, `'"`))
			}
			commands = append(commands, args)
		}
	}
	return commands
}
