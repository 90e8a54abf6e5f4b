package settings

import (
	"bytes"
	"fmt"
	"strings"
)

// markdown is docs/configuration.md.
func markdown() []byte {
	var b bytes.Buffer
	b.WriteString(`# Settings

<!-- Made from the table in internal/settings by ` + "`make docs`" + `; edit that, not this. -->

Every setting is one word, written three ways: ` + "`registration_listen`" + ` in the configuration file,
` + "`INTURN_REGISTRATION_LISTEN`" + ` in the environment, ` + "`--registration-listen`" + ` on the command line. The command line wins
over the environment, the environment over the file, the file over the default. The file may use the environment's
spelling too. An empty environment variable counts as not set.

A wrong setting stops the start with its name, and all wrong ones are named at once. A key that does not exist is refused
in the file and on the command line; an unknown ` + "`INTURN_…`" + ` variable is a warning.

Settings marked *secret* can also come from a file: ` + "`INTURN_PEER_SECRET_FILE=/run/secrets/peer`" + ` (or
` + "`peer_secret_file`" + `, or ` + "`--peer-secret-file`" + `). Prefer that to the command line, which other users of the machine can see.

` + "`inturn config check`" + ` checks without starting; ` + "`inturn config show`" + ` prints every value and where it came from, secrets hidden.
`)
	section := ""
	for _, s := range Table() {
		if s.Section != section {
			section = s.Section
			fmt.Fprintf(&b, "\n## %s\n\n| setting | value | default | meaning |\n| --- | --- | --- | --- |\n", section)
		}
		name := fmt.Sprintf("`%s`<br>`%s`", s.Name, s.Env())
		if s.Secret {
			name += "<br>*secret*"
		}
		def := ""
		if s.Default != "" {
			def = "`" + s.Default + "`"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", name, escapeCell(s.Shape), def, escapeCell(s.Doc))
	}
	return b.Bytes()
}

func escapeCell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// exampleFile is config.example.yaml: every setting with its default, commented
// out.
func exampleFile() []byte {
	var b bytes.Buffer
	b.WriteString("# Every setting of inturn with its default. Made from the table in internal/settings by `make docs`.\n" +
		"# Use it with: inturn serve --config config.yaml\n")
	section := ""
	for _, s := range Table() {
		if s.Name == "config" {
			continue
		}
		if s.Section != section {
			section = s.Section
			fmt.Fprintf(&b, "\n# --- %s\n", section)
		}
		fmt.Fprintf(&b, "\n# %s\n# Value: %s.\n", plain(s.Doc), plain(s.Shape))
		if s.Secret {
			fmt.Fprintf(&b, "# Or the file that holds it: %s_file.\n", s.Name)
		}
		fmt.Fprintf(&b, "#%s\n", strings.TrimRight(s.Name+": "+s.Default, " "))
	}
	return b.Bytes()
}

func plain(text string) string { return strings.ReplaceAll(text, "`", "") }
