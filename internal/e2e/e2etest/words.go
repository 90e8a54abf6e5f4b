package e2etest

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/goccy/go-yaml"
)

// locales are the product's message files, seen from a test's own folder.
const locales = "../../templates/locales/en/*.yaml"

// messages are the English messages by key, "landing.full.heading".
var messages = sync.OnceValues(func() (map[string]string, error) {
	all := map[string]string{}
	files, err := filepath.Glob(locales)
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var tree map[string]any
		if err := yaml.Unmarshal(data, &tree); err != nil {
			return nil, err
		}
		flatten(all, "", tree)
	}
	return all, nil
})

func flatten(into map[string]string, prefix string, tree map[string]any) {
	for key, value := range tree {
		switch v := value.(type) {
		case string:
			into[prefix+key] = v
		case map[string]any:
			flatten(into, prefix+key+".", v)
		}
	}
}

// Words is the product's own text for a key, with its values filled in:
// Words(t, "mail.offer.lead.other", "Count", "2"). Tests look for what a page
// has to say without fixing how it is said.
func Words(tb testing.TB, key string, values ...string) string {
	tb.Helper()
	all, err := messages()
	if err != nil {
		tb.Fatal(err)
	}
	text, ok := all[key]
	if !ok {
		tb.Fatalf("there is no message %q", key)
	}
	for i := 0; i+1 < len(values); i += 2 {
		text = strings.ReplaceAll(text, "{{."+values[i]+"}}", values[i+1])
	}
	return text
}
