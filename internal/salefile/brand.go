package salefile

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/inturn/inturn/internal/sale"
)

// dataURL is how a logo stands in the file itself (RFC 2397). [Format] writes
// it so, and who pipes a sale file in has no other way.
const dataURL = "data:"

func (r *reader) brand(top section) sale.Brand {
	s := top.sub("brand", "accent", "accent_dark", "logo")
	for _, key := range []string{"accent", "accent_dark"} {
		// A # begins a comment in YAML, so a colour without quotes is gone
		// before anybody has read it.
		if field := s.field(key); r.lines[field] > 0 && !s.has(key) && !r.known(field) {
			r.fail(field, `is empty; a colour stands in quotes, like "#0f6b5c", since # begins a comment`)
		}
	}
	return sale.Brand{Accent: strings.ToLower(s.text("accent")), AccentDark: strings.ToLower(s.text("accent_dark")), Logo: s.logo("logo")}
}

// logo reads the picture that a field names, or holds.
func (s section) logo(key string) *sale.Logo {
	name := s.text(key)
	if name == "" {
		return nil
	}
	data, err := s.r.picture(name)
	if err != nil {
		s.r.fail(s.field(key), "%s", err)
		return nil
	}
	logo, err := sale.ReadLogo(data)
	if err != nil {
		s.r.fail(s.field(key), "%s %s", shown(name), err)
		return nil
	}
	return logo
}

// picture gives the bytes of a file beside the sale file, or of a data URL.
func (r *reader) picture(name string) ([]byte, error) {
	if strings.HasPrefix(name, dataURL) {
		_, encoded, ok := strings.Cut(name, ";base64,")
		data, err := base64.StdEncoding.Strict().DecodeString(encoded)
		if !ok || err != nil {
			return nil, errors.New("is a data: address that cannot be read; write it like data:image/svg+xml;base64,…")
		}
		return data, nil
	}
	clean := path.Clean(name)
	switch {
	case r.beside == nil:
		return nil, fmt.Errorf("%s cannot be found: this sale file is no file with others beside it; write the picture as data:image/svg+xml;base64,…", quote(name))
	case !fs.ValidPath(clean):
		return nil, fmt.Errorf("%s is not a file beside the sale file or in a folder there", quote(name))
	}
	// A pipe would be waited for.
	if about, err := fs.Stat(r.beside, clean); err == nil && !about.Mode().IsRegular() && !about.IsDir() {
		return nil, fmt.Errorf("%s cannot be read: it is no plain file", quote(name))
	}
	f, err := r.beside.Open(clean)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", quote(name), cause(err))
	}
	defer func() { _ = f.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(f, sale.MaxLogo+1))
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", quote(name), cause(err))
	}
	return data, nil
}

// cause leaves out the path, which is told already.
func cause(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// shown is a logo's name in a sentence; nobody wants to read a data URL.
func shown(name string) string {
	if strings.HasPrefix(name, dataURL) {
		return "the picture"
	}
	return quote(name)
}

// LogoURL writes a logo as it stands in a sale file itself, "" for none.
func LogoURL(l *sale.Logo) string {
	if l == nil {
		return ""
	}
	return dataURL + l.Type + ";base64," + base64.StdEncoding.EncodeToString(l.Data)
}

func (r *reader) embed(top section) sale.Embed {
	s := top.sub("embed", "origins")
	var e sale.Embed
	for i, n := range s.list("origins") {
		origin, _ := r.scalar(index("embed.origins", i), n)
		e.Origins = append(e.Origins, origin)
	}
	return e
}
