package console

import (
	"crypto/sha256"
	"encoding/base64"
	"html"
	"regexp"
	"slices"
	"strings"
)

// What a preview may do: look as it will, and nothing else. It needs the
// origin of its style sheets, has no scripts, posts nothing, and stands in our
// own pages only.
const (
	previewSandbox = "sandbox allow-same-origin; default-src 'none'; img-src 'self'; base-uri 'none'; form-action 'none'; " +
		"frame-ancestors 'self'; style-src 'self'"
)

// A mail's styles stand in its elements, as mail programs want it.
var (
	styleAttribute = regexp.MustCompile(`\sstyle="([^"]*)"`)
	styleElement   = regexp.MustCompile(`(?s)<style>(.*?)</style>`)
)

// previewPolicy allows our style sheets and, of a mail, exactly the styles
// that are in it, by their hashes (CSP 3, 2.3.1): none that anybody could
// slip into it.
func previewPolicy(mail string) string {
	var hashes []string
	add := func(style string) {
		sum := sha256.Sum256([]byte(style))
		hash := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
		if !slices.Contains(hashes, hash) {
			hashes = append(hashes, hash)
		}
	}
	for _, m := range styleAttribute.FindAllStringSubmatch(mail, -1) {
		add(html.UnescapeString(m[1]))
	}
	for _, m := range styleElement.FindAllStringSubmatch(mail, -1) {
		add(m[1])
	}
	if len(hashes) == 0 {
		return previewSandbox
	}
	return previewSandbox + " 'unsafe-hashes' " + strings.Join(hashes, " ")
}
