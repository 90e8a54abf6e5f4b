package sale

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"image/png"
)

// What no logo goes beyond. A page is under 50 KB with everything, and a
// picture that is much wider than high, or the other way round, cannot be
// read in a page's head.
const (
	MaxLogo      = 16 << 10 // bytes
	maxLogoSide  = 4096     // pixels
	maxLogoRatio = 12
)

// The kinds of a logo, by its content.
const (
	LogoPNG = "image/png"
	LogoSVG = "image/svg+xml"
)

// Logo is the organizer's picture, whole. It travels with the sale, so that
// both sides can serve it. Everything but Data follows from Data.
type Logo struct {
	Type   string `json:"type"`   // [LogoPNG] or [LogoSVG]
	Width  int    `json:"width"`  // pixels, or an SVG's units
	Height int    `json:"height"` //
	Hash   string `json:"hash"`   // the beginning of Data's SHA-256
	Data   []byte `json:"data"`
}

// ReadLogo looks at a picture: what kind it is by its content, and whether a
// page can show it without a risk to whoever opens it. Its errors are in the
// words for a sale file.
func ReadLogo(data []byte) (*Logo, error) {
	if len(data) == 0 {
		return nil, errors.New("is empty")
	}
	if len(data) > MaxLogo {
		return nil, fmt.Errorf("has %s bytes, but at most %s are possible", thousands(len(data)), thousands(MaxLogo))
	}
	l := &Logo{Data: data}
	var err error
	switch {
	case bytes.HasPrefix(data, []byte(pngMagic)):
		l.Type = LogoPNG
		l.Width, l.Height, err = readPNG(data)
	case looksLikeXML(data):
		l.Type = LogoSVG
		l.Width, l.Height, err = readSVG(data)
	default:
		err = errors.New("is neither a PNG nor an SVG picture")
	}
	if err != nil {
		return nil, err
	}
	switch long, short := max(l.Width, l.Height), min(l.Width, l.Height); {
	case short < 1 || long > maxLogoSide:
		return nil, fmt.Errorf("is %d × %d large; each side is 1 to %s", l.Width, l.Height, thousands(maxLogoSide))
	case long > maxLogoRatio*short:
		return nil, fmt.Errorf("is %d × %d large; no side may be more than %d times the other", l.Width, l.Height, maxLogoRatio)
	}
	sum := sha256.Sum256(data)
	l.Hash = hex.EncodeToString(sum[:8])
	return l, nil
}

// check looks at a logo that was stored or came over the wire.
func (l *Logo) check() error {
	same, err := ReadLogo(l.Data)
	if err != nil {
		return err
	}
	if same.Type != l.Type || same.Width != l.Width || same.Height != l.Height || same.Hash != l.Hash {
		return errors.New("is not what its description says")
	}
	return nil
}

// Ext is the ending of the logo's file: png or svg.
func (l *Logo) Ext() string {
	if l.Type == LogoPNG {
		return "png"
	}
	return "svg"
}

// String tells one logo from another, for people.
func (l *Logo) String() string {
	return fmt.Sprintf("%s, %d × %d, %s bytes, %s", l.Ext(), l.Width, l.Height, thousands(len(l.Data)), l.Hash)
}

const (
	pngMagic  = "\x89PNG\r\n\x1a\n"
	pngMoving = "acTL" // the chunk that makes a PNG an animation
)

// readPNG wants one whole picture, and nothing behind it: a file that is two
// things at once is no logo.
func readPNG(data []byte) (width, height int, err error) {
	config, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return 0, 0, errors.New("is a PNG that cannot be read")
	}
	if config.Width > maxLogoSide || config.Height > maxLogoSide {
		return config.Width, config.Height, nil // refused for its size, and not unpacked before
	}
	if _, err := png.Decode(bytes.NewReader(data)); err != nil {
		return 0, 0, errors.New("is a PNG that cannot be read")
	}
	for rest := data[len(pngMagic):]; ; {
		// Decode has seen every chunk up to the last, so they are well formed.
		if len(rest) < 12 {
			return 0, 0, errors.New("is a PNG that is cut off")
		}
		size, kind := uint64(binary.BigEndian.Uint32(rest)), string(rest[4:8])
		switch {
		case size+12 > uint64(len(rest)):
			return 0, 0, errors.New("is a PNG that is cut off")
		case kind == pngMoving:
			return 0, 0, errors.New("is a PNG that moves; a logo stands still")
		case kind == "IEND" && size+12 < uint64(len(rest)):
			return 0, 0, errors.New("has something behind the end of the PNG")
		case kind == "IEND":
			return config.Width, config.Height, nil
		}
		rest = rest[size+12:]
	}
}
