package inturn_test

import (
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/inturn/inturn/dispatcher"
	"github.com/inturn/inturn/internal/salefile"
	"github.com/inturn/inturn/internal/settings"
)

// documents are the pages for people, by path, with what stands in code
// fences taken out of the second.
func documents(t *testing.T) (whole, prose map[string]string) {
	t.Helper()
	whole, prose = map[string]string{}, map[string]string{}
	fence := regexp.MustCompile("(?ms)^```.*?^```$")
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "node_modules") {
			return fs.SkipDir
		}
		if d.IsDir() || filepath.Ext(name) != ".md" {
			return nil
		}
		text, err := os.ReadFile(name)
		name = filepath.ToSlash(name)
		whole[name], prose[name] = string(text), fence.ReplaceAllString(string(text), "")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(whole) < 10 {
		t.Fatalf("only %d documents found", len(whole))
	}
	return whole, prose
}

var (
	links   = regexp.MustCompile(`\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	unslug  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// anchors are the fragments that a page has, as GitHub makes them.
func anchors(text string) map[string]bool {
	all := map[string]bool{}
	for _, h := range heading.FindAllStringSubmatch(text, -1) {
		slug := unslug.ReplaceAllString(strings.ToLower(h[1]), "")
		all[strings.ReplaceAll(slug, " ", "-")] = true
	}
	return all
}

func TestLinksInTheDocumentsResolve(t *testing.T) {
	_, prose := documents(t)
	for name, text := range prose {
		for _, m := range links.FindAllStringSubmatch(text, -1) {
			target := m[1] + m[2]
			if strings.Contains(target, ":") {
				continue // another site
			}
			file, fragment, _ := strings.Cut(target, "#")
			at := name
			if file != "" {
				at = path.Join(path.Dir(name), file)
			}
			if _, err := os.Stat(at); err != nil {
				t.Errorf("%s links to %s, which is not there", name, target)
				continue
			}
			if fragment != "" && !anchors(prose[at])[fragment] {
				t.Errorf("%s links to %s, which has no such heading", name, target)
			}
		}
	}
}

// ours are the folders by which a path of the project is known in a text.
var ours = []string{"cmd", "internal", "registration", "dispatcher", "checkout", "console", "templates", "docs", "deploy", "testdata"}

// TestFilesNamedInTheDocumentsExist also looks for what is said to be in them:
// “`Name` in `file.go`”.
func TestFilesNamedInTheDocumentsExist(t *testing.T) {
	_, prose := documents(t)
	file := regexp.MustCompile("`([a-z]+/[A-Za-z0-9_./-]+)`")
	within := regexp.MustCompile("((?:`[A-Za-z]+`(?:, | and )?)+) in\\s+\\[?`([a-z]+/[a-z_/]+\\.go)`")
	word := regexp.MustCompile("`([A-Za-z]+)`")
	for name, text := range prose {
		for _, m := range file.FindAllStringSubmatch(text, -1) {
			if !slices.Contains(ours, strings.SplitN(m[1], "/", 2)[0]) {
				continue
			}
			if _, err := os.Stat(m[1]); err != nil {
				t.Errorf("%s names %s, which is not there", name, m[1])
			}
		}
		for _, m := range within.FindAllStringSubmatch(text, -1) {
			source, _ := os.ReadFile(m[2]) // missed above when it is not there
			for _, w := range word.FindAllStringSubmatch(m[1], -1) {
				if !regexp.MustCompile(`\b` + w[1] + `\b`).Match(source) {
					t.Errorf("%s says that %s is in %s", name, w[1], m[2])
				}
			}
		}
	}
}

func TestTheSaleInTheREADME(t *testing.T) {
	whole, _ := documents(t)
	fences := regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$").FindAllStringSubmatch(whole["README.md"], -1)
	if len(fences) != 1 {
		t.Fatalf("%d sales in the README", len(fences))
	}
	s, err := salefile.Parse([]byte(fences[0][1]), dispatcher.CheckSchedule)
	if err != nil {
		t.Fatal(err)
	}
	if s.Slug != "lakeside-2027" || s.Tickets.Capacity != 10_000 || s.Caps.Guaranteed != 2500 {
		t.Errorf("the sale says %+v", s)
	}
	if n := strings.Count(fences[0][1], "\n"); n > 20 {
		t.Errorf("the sale in the README has %d lines", n)
	}
}

// TestSettingsNamedInTheDocumentsExist reads the files in deploy too.
func TestSettingsNamedInTheDocumentsExist(t *testing.T) {
	known := map[string]bool{}
	for _, name := range []string{"INTURN_KILLS", "INTURN_CUTS", "INTURN_FAULTS", "INTURN_SEED"} { // what long runs of tests read
		known[name] = true
	}
	for _, s := range settings.Table() {
		known[s.Env()] = true
		known[s.Env()+"_FILE"] = s.Secret
	}
	texts, _ := documents(t)
	deployed, err := filepath.Glob("deploy/*")
	units, _ := filepath.Glob("deploy/systemd/*")
	for _, name := range append(deployed, units...) {
		if data, err := os.ReadFile(name); err == nil { // not a folder
			texts[name] = string(data)
		}
	}
	if err != nil || len(units) == 0 {
		t.Fatal("deploy is not there", err)
	}
	for name, text := range texts {
		for _, word := range regexp.MustCompile(`INTURN_[A-Z_]*[A-Z]`).FindAllString(text, -1) {
			if !known[word] && !strings.HasPrefix(word, "INTURN_TEST_") && !strings.HasPrefix(word, "INTURN_SIM_") {
				t.Errorf("%s names the setting %s, which is not there", name, word)
			}
		}
	}
	configs, _ := filepath.Glob("deploy/config/*.yaml")
	for _, name := range configs {
		s, err := settings.Load(settings.Input{Flags: map[string]string{"config": name}})
		if err != nil || len(s.Warnings()) > 0 {
			t.Errorf("%s: %v %v", name, err, s)
		}
	}
	if len(configs) == 0 {
		t.Error("deploy/config is not there")
	}
}

// TestTablesOfOperations: the parts of readiness and the metrics are named in
// the code and in docs/operations.md, and nowhere else.
func TestTablesOfOperations(t *testing.T) {
	whole, _ := documents(t)
	page := whole["docs/operations.md"]
	_, watching, _ := strings.Cut(page, "## Watching")
	watching, _, _ = strings.Cut(watching, "## When something fails")
	row := func(pattern string) map[string]bool {
		return found(regexp.MustCompile("(?m)^\\| `("+pattern+")` \\|"), watching)
	}
	source := func(glob string) string {
		files, err := filepath.Glob(glob)
		if err != nil {
			t.Fatal(err)
		}
		var all strings.Builder
		for _, f := range files {
			if data, err := os.ReadFile(f); err == nil && !strings.HasSuffix(f, "_test.go") {
				all.Write(data)
			}
		}
		return all.String()
	}
	series := found(regexp.MustCompile(`"(inturn_[a-z_]+)"`), source("internal/metrics/*.go"))
	if said := row("inturn_[a-z_]+"); !maps.Equal(said, series) || len(series) == 0 {
		t.Errorf("the page has the series %v, the code %v", said, series)
	}
	parts := found(regexp.MustCompile(`probe\{name: "([a-z ]+)"`), source("internal/app/*.go"))
	if said := row("[a-z ]+"); !maps.Equal(said, parts) || len(parts) == 0 {
		t.Errorf("the page has the parts %v, the code %v", said, parts)
	}
}

func found(what *regexp.Regexp, text string) map[string]bool {
	all := map[string]bool{}
	for _, m := range what.FindAllStringSubmatch(text, -1) {
		all[m[1]] = true
	}
	return all
}
