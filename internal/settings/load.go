package settings

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/inturn/inturn/internal/sale"
)

// fileSuffix marks the twin of a secret that names a file with its value.
const fileSuffix = "_file"

// Input is where settings come from. Flags are keyed by a setting's Name (or
// Name_file), Env holds KEY=VALUE strings. ReadFile is os.ReadFile when nil.
type Input struct {
	Flags    map[string]string
	Env      []string
	ReadFile func(path string) ([]byte, error)
}

// loader collects every mistake while the layers are read.
type loader struct {
	readFile func(string) ([]byte, error)
	layers   []map[string]given // the strongest first
	wrong    []sale.FieldError
}

// Load reads, checks and merges all settings. The error is a [sale.Error]
// with CodeInvalid and one field for each mistake.
func Load(in Input) (*Settings, error) {
	l := &loader{readFile: in.ReadFile}
	if l.readFile == nil {
		l.readFile = os.ReadFile
	}
	s := &Settings{}
	env, warnings := environment(in.Env)
	s.warnings = warnings
	l.layers = []map[string]given{flags(in.Flags), env}
	if config, ok := l.find("config", false); ok && config.text != "" {
		l.layers = append(l.layers, l.file(config))
	}
	for _, setting := range Table() {
		l.apply(s, setting)
	}
	if len(l.wrong) > 0 {
		return nil, &sale.Error{Code: sale.CodeInvalid, Message: "wrong settings", Fields: l.wrong}
	}
	s.derive()
	s.warn()
	return s, nil
}

// file reads the configuration file as the weakest layer.
func (l *loader) file(config given) map[string]given {
	data, err := l.readFile(config.text)
	if err != nil {
		l.refuse(config, "cannot be read: "+err.Error())
		return nil
	}
	values, wrong := fileValues(config.text, data)
	l.wrong = append(l.wrong, wrong...)
	known := names()
	for _, key := range slices.Sorted(maps.Keys(values)) {
		v := values[key]
		switch {
		case key == "config":
			l.refuse(v, "cannot be set in the file itself")
			delete(values, key)
		case !known[key]:
			l.refuse(v, "there is no such setting"+suggest(key, known))
		}
	}
	return values
}

// apply gives one setting its strongest value and remembers where it came
// from.
func (l *loader) apply(s *Settings, setting Setting) {
	v, ok := l.find(setting.Name, setting.Secret)
	if !ok {
		v = given{text: setting.Default, name: setting.Name, source: "default"}
	}
	if v.unreadable {
		return
	}
	if err := setting.set(s, v.text); err != nil {
		l.refuse(v, err.Error())
		return
	}
	shown := v.text
	if setting.Secret {
		shown = setting.show(shown)
	}
	s.values = append(s.values, Value{Name: setting.Name, Value: shown, Source: v.source})
}

// find gives the strongest value of a name; false when nobody set it. A
// secret may come from the file that its twin names, in the same layer.
func (l *loader) find(name string, secret bool) (given, bool) {
	for _, layer := range l.layers {
		v, direct := layer[name]
		file, fromFile := layer[name+fileSuffix]
		switch {
		case secret && direct && fromFile:
			l.refuse(file, "is set together with "+v.name+"; set one of them")
			return v, true
		case direct:
			return v, true
		case secret && fromFile:
			return l.secretFile(file), true
		}
	}
	return given{}, false
}

func (l *loader) secretFile(file given) given {
	data, err := l.readFile(file.text)
	file.text = strings.TrimSpace(string(data))
	switch {
	case err != nil:
		file.unreadable = true
		l.refuse(file, "cannot be read: "+err.Error())
	case file.text == "":
		file.unreadable = true
		l.refuse(file, "names an empty file")
	}
	return file
}

func (l *loader) refuse(v given, message string) {
	l.wrong = append(l.wrong, sale.FieldError{Field: v.name, Line: v.line, Message: message})
}

func flags(in map[string]string) map[string]given {
	values := map[string]given{}
	for key, text := range in {
		name := "--" + strings.ReplaceAll(key, "_", "-")
		values[key] = given{text: text, name: name, source: "flag " + name}
	}
	return values
}

// environment picks the INTURN_… variables that are not empty: compose files
// pass empty ones for what nobody set. INTURN_TEST_… belongs to the tests.
func environment(env []string) (map[string]given, []string) {
	values := map[string]given{}
	var warnings []string
	known := names()
	for _, pair := range env {
		name, text, _ := strings.Cut(pair, "=")
		rest, ours := strings.CutPrefix(name, "INTURN_")
		if !ours || text == "" || strings.HasPrefix(rest, "TEST_") {
			continue
		}
		key := strings.ToLower(rest)
		if !known[key] || rest != strings.ToUpper(rest) {
			warnings = append(warnings, fmt.Sprintf("%s: there is no such setting%s", name, suggest(key, known)))
			continue
		}
		values[key] = given{text: text, name: name, source: "environment " + name}
	}
	slices.Sort(warnings)
	return values, warnings
}

// names are all keys that may be set.
func names() map[string]bool {
	known := map[string]bool{}
	for _, s := range Table() {
		known[s.Name] = true
		if s.Secret {
			known[s.Name+fileSuffix] = true
		}
	}
	return known
}
