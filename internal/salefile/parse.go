package salefile

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/inturn/inturn/internal/sale"
)

const (
	maxBytes  = 1 << 20
	maxTokens = 50_000 // the parser takes quadratic time for some files
	maxDepth  = 32     // the parser recurses
)

// File is what a sale file says. Version is the version of the sale that it
// was written from, 0 where it does not say; it is not part of the sale.
type File struct {
	Sale    sale.Sale
	Version int64
}

// Parse is [Read] for a file that has no others beside it, without the
// version.
func Parse(data []byte, checkEvery func(string, *time.Location) error) (sale.Sale, error) {
	f, err := Read(data, nil, checkEvery)
	return f.Sale, err
}

// Read reads a sale file and validates the sale. checkEvery says whether a
// schedule can be used in a zone; nil skips that check. The sale's Version is
// 0: whoever stores it gives it one.
//
// The error is a [*sale.Error] with CodeInvalid and every mistake in Fields,
// in the order of their lines, or CodeTooLarge for more than 1 MiB.
//
// beside has the files that stand beside it, which its logo may be one of;
// with nil, a logo is read only where it stands in the file itself.
func Read(data []byte, beside fs.FS, checkEvery func(string, *time.Location) error) (File, error) {
	if len(data) > maxBytes {
		return File{}, sale.E(sale.CodeTooLarge, "a sale file has at most 1 MiB")
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	r := newReader()
	r.beside = beside
	root := r.tree(data)
	if root == nil {
		return File{}, mistakes(r.errs)
	}
	s := r.sale(root)
	if r.bad[syntax] {
		return File{}, mistakes(r.errs)
	}
	for _, e := range s.Validate(checkEvery) {
		if e.Field = r.where(e.Field); !r.known(e.Field) {
			e.Line = r.line(e.Field)
			r.errs = append(r.errs, e)
		}
	}
	if len(r.errs) > 0 {
		return File{}, mistakes(r.errs)
	}
	return File{Sale: s, Version: r.version}, nil
}

func mistakes(errs []sale.FieldError) *sale.Error {
	slices.SortStableFunc(errs, func(a, b sale.FieldError) int { return cmp.Compare(a.Line, b.Line) })
	message := "the sale file has a mistake"
	if len(errs) > 1 {
		message = fmt.Sprintf("the sale file has %d mistakes", len(errs))
	}
	return &sale.Error{Code: sale.CodeInvalid, Message: message, Fields: errs}
}

// reader collects what one file says and what is wrong with it.
type reader struct {
	errs  []sale.FieldError
	lines map[string]int  // field → the line it stands on
	bad   map[string]bool // fields whose mistake is told already, or follows from one that is
	short bool            // the short form of tickets is used

	version int64 // which the file was written from, 0 for none that it names

	beside fs.FS // what stands beside the file; nil: nothing does
}

func newReader() *reader {
	return &reader{lines: map[string]int{"": 1}, bad: map[string]bool{}}
}

// fail records a mistake on the line of its field. What Validate finds in a
// field that could not even be read is not worth telling.
func (r *reader) fail(field, format string, args ...any) {
	r.failAt(r.line(field), field, format, args...)
}

func (r *reader) failAt(line int, field, format string, args ...any) {
	r.errs = append(r.errs, sale.FieldError{Field: field, Message: fmt.Sprintf(format, args...), Line: line})
	r.bad[field] = true
}

// known says whether a mistake in the field, or in what it is part of, is
// told already.
func (r *reader) known(field string) bool {
	for ; field != ""; field = parent(field) {
		if r.bad[field] {
			return true
		}
	}
	return false
}

// line gives the line of a field, or of the nearest thing around it that
// stands in the file.
func (r *reader) line(field string) int {
	for ; field != ""; field = parent(field) {
		if n, ok := r.lines[field]; ok {
			return n
		}
	}
	return r.lines[""]
}

// parent of tickets.types[1].price is tickets.types[1], and so on up to "".
func parent(field string) string {
	return field[:max(strings.LastIndexAny(field, ".["), 0)]
}

// syntax is the field that mistakes in the YAML itself are told under.
const syntax = "yaml"

// tree parses the YAML to its one document; nil when it cannot be read.
func (r *reader) tree(data []byte) ast.Node {
	if line := badUTF8(data); line > 0 {
		r.failAt(line, syntax, "is not valid UTF-8")
		return nil
	}
	tokens := lexer.Tokenize(string(data))
	if r.guard(tokens); len(r.errs) > 0 {
		return nil
	}
	file, err := parse(tokens)
	if err != nil {
		r.syntaxError(err)
		return nil
	}
	if len(file.Docs) > 1 {
		r.failAt(lineOf(file.Docs[1].Start), syntax, "a second document begins here; a sale file has one")
		return nil
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		r.failAt(1, syntax, "the file is empty")
		return nil
	}
	return file.Docs[0].Body
}

// guard refuses, before anything recurses, what no sale file needs.
func (r *reader) guard(tokens token.Tokens) {
	if len(tokens) > maxTokens {
		r.failAt(1, syntax, "the file has more parts than any sale needs")
		return
	}
	depth, entries := 0, 0
	for _, t := range tokens {
		switch t.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType, token.TagType, token.MappingKeyType,
			token.DirectiveType:
			line := lineOf(t)
			if n := len(r.errs); n > 0 && r.errs[n-1].Line == line {
				continue // one for each line says it
			}
			r.failAt(line, syntax, "%s is not used in a sale file; write the value itself", quote(t.Value))
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth--
		}
		if entries++; t.Type != token.SequenceEntryType {
			entries = 0
		}
		if depth+entries > maxDepth {
			r.failAt(lineOf(t), syntax, "is nested deeper than any sale needs")
			return
		}
	}
}

// parse keeps a slip of the YAML library from taking the process down: the
// file is a stranger's.
func parse(tokens token.Tokens) (file *ast.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			file, err = nil, errors.New("the file cannot be read as YAML")
		}
	}()
	// Repeated keys are found by the reader, all of them at once.
	return parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
}

func (r *reader) syntaxError(err error) {
	var at interface {
		GetMessage() string
		GetToken() *token.Token
	}
	if errors.As(err, &at) {
		r.failAt(lineOf(at.GetToken()), syntax, "%s", at.GetMessage())
		return
	}
	r.failAt(1, syntax, "%s", err.Error())
}

func lineOf(t *token.Token) int {
	if t == nil || t.Position == nil {
		return 1
	}
	return max(t.Position.Line, 1)
}

// badUTF8 gives the line of the first byte that is no UTF-8, 0 for none.
func badUTF8(data []byte) int {
	for line := 1; len(data) > 0; {
		c, size := utf8.DecodeRune(data)
		if c == utf8.RuneError && size == 1 {
			return line
		}
		if c == '\n' {
			line++
		}
		data = data[size:]
	}
	return 0
}
