package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/app"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/settings"
)

// session is what a command works with.
type session struct {
	process
	ctx   context.Context
	flags *settingFlags
}

// settings loads the settings; mistakes in them are errUsage.
func (s *session) settings() (*settings.Settings, error) {
	loaded, err := settings.Load(settings.Input{Flags: s.flags.values(), Env: s.env})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	return loaded, nil
}

// parts opens databases and box office for a command that works beside a
// running serve. Only warnings are logged.
func (s *session) parts() (*app.Parts, error) {
	loaded, err := s.settings()
	if err != nil {
		return nil, err
	}
	return app.NewParts(app.PartsOptions{
		Settings: loaded,
		Clock:    time.Now,
		Logger:   newLogger(s.stderr, loaded.LogFormat, max(loaded.LogLevel, slog.LevelWarn)),
	})
}

// newLogger writes to w in the format that the settings ask for.
func newLogger(w io.Writer, format string, level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// printJSON writes v for a machine.
func (s *session) printJSON(v any) error {
	e := json.NewEncoder(s.stdout)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

// printf writes for a person. A closed standard output is noticed by the
// commands that write much, through printJSON and the CSV writer.
func (s *session) printf(format string, args ...any) { fmt.Fprintf(s.stdout, format, args...) }

// notef writes what is not part of the answer.
func (s *session) notef(format string, args ...any) {
	fmt.Fprintf(s.stderr, "inturn: "+format+"\n", args...)
}

// printError writes an error for a person: field errors one a line, and the
// cause only where no message was written for people.
func printError(w io.Writer, err error) {
	var e *sale.Error
	if !errors.As(err, &e) || e.Code == sale.CodeInternal {
		fmt.Fprintln(w, "inturn:", err)
		return
	}
	if e.Message != "" {
		fmt.Fprintln(w, "inturn:", e.Message)
	}
	for _, f := range e.Fields {
		if !strings.Contains(e.Message, f.Message) {
			fmt.Fprintln(w, "inturn:", f)
		}
	}
	if e.Message == "" && len(e.Fields) == 0 {
		fmt.Fprintln(w, "inturn:", err)
	} else if e.Err != nil {
		fmt.Fprintln(w, "inturn: because:", e.Err)
	}
}

// actor names who changes something, for the audit trail.
func (s *session) actor() string {
	for _, name := range []string{"SUDO_USER", "USER", "LOGNAME"} {
		for _, pair := range s.env {
			if value, ok := strings.CutPrefix(pair, name+"="); ok && value != "" {
				return "cli:" + value
			}
		}
	}
	return fmt.Sprintf("cli:uid %d", os.Getuid())
}

// settingFlags gives kong one flag for each row of the settings table, which
// stays the only list. Kong reads flags from a struct, so one is made.
type settingFlags struct {
	names []string
	value reflect.Value // pointer to the struct; every field is a *string
}

func newSettingFlags() *settingFlags {
	f := &settingFlags{}
	var fields []reflect.StructField
	add := func(name, help string, hidden bool) {
		tag := fmt.Sprintf(`name:%q help:%q placeholder:"VALUE"`, strings.ReplaceAll(name, "_", "-"), help)
		if hidden {
			tag += ` hidden:""`
		}
		f.names = append(f.names, name)
		fields = append(fields, reflect.StructField{
			Name: fmt.Sprintf("F%d", len(fields)),
			Type: reflect.TypeFor[*string](),
			Tag:  reflect.StructTag(tag),
		})
	}
	for _, setting := range settings.Table() {
		help := flagHelp(setting.Name)
		add(setting.Name, help, help == "")
		if setting.Secret {
			add(setting.Name+"_file", "", true)
		}
	}
	f.value = reflect.New(reflect.StructOf(fields))
	return f
}

// flagHelp is what --help says about the two flags that it shows; the others
// are many, and stand in docs/configuration.md.
func flagHelp(name string) string {
	switch name {
	case "data":
		return "Directory of keys, databases and caught mail. Every other setting is a flag too: see inturn config show."
	case "config":
		return "YAML file with settings."
	default:
		return ""
	}
}

func (f *settingFlags) target() any { return f.value.Interface() }

// values are the flags that were given.
func (f *settingFlags) values() map[string]string {
	given := map[string]string{}
	for i, name := range f.names {
		if p, ok := f.value.Elem().Field(i).Interface().(*string); ok && p != nil {
			given[name] = *p
		}
	}
	return given
}
