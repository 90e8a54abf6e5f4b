package salefile

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"github.com/inturn/inturn/internal/sale"
)

// section is one group of fields of the file, like dispatch: {…}.
type section struct {
	r      *reader
	path   string
	values map[string]ast.Node // what is not left out
}

// section reads a group of fields, refuses keys that are repeated or not
// among the fields, and remembers the line of each. A node of another shape
// is a mistake and gives an empty section, as does nil.
func (r *reader) section(path string, n ast.Node, fields ...string) section {
	s := section{r: r, path: path, values: map[string]ast.Node{}}
	seen := map[string]bool{}
	for key, value := range r.entries(path, n) {
		line := lineOf(key)
		switch field := s.field(key.Value); {
		case !slices.Contains(fields, key.Value):
			where := "a sale file"
			if path != "" {
				where = path
			}
			r.failAt(line, s.field(name(key.Value)), "is not a field; %s has %s", where, strings.Join(fields, ", "))
		case seen[key.Value]:
			r.failAt(line, field, "is there twice; the first is on line %d", r.lines[field])
		default:
			seen[key.Value] = true
			r.lines[field] = line
			if value != nil && value.Type() != ast.NullType {
				s.values[key.Value] = value
			}
		}
	}
	return s
}

// entries ranges over a mapping's keys and values in the file's order.
func (r *reader) entries(path string, n ast.Node) func(func(*token.Token, ast.Node) bool) {
	return func(yield func(*token.Token, ast.Node) bool) {
		if n == nil {
			return
		}
		m, ok := n.(ast.MapNode)
		if flow, is := n.(*ast.MappingNode); is && flow.IsFlowStyle && flow.End == nil {
			r.failAt(lineOf(flow.Start), orSyntax(path), "a { is never closed")
			return
		}
		if !ok {
			r.failAt(lineOf(n.GetToken()), orSyntax(path), "is not a group of fields; write it like {name: value}")
			return
		}
		for it := m.MapRange(); it.Next(); {
			if !yield(it.Key().GetToken(), it.Value()) {
				return
			}
		}
	}
}

// orSyntax names the file itself where there is no field to name.
func orSyntax(path string) string {
	if path == "" {
		return syntax
	}
	return path
}

func (s section) field(key string) string {
	if s.path == "" {
		return key
	}
	return s.path + "." + key
}

func (s section) has(key string) bool { return s.values[key] != nil }

// need says that a field may not be left out.
func (s section) need(keys ...string) {
	for _, key := range keys {
		if !s.has(key) && !s.r.known(s.field(key)) {
			s.r.fail(s.field(key), "is missing")
		}
	}
}

// sub reads a group of fields within the group.
func (s section) sub(key string, fields ...string) section {
	return s.r.section(s.field(key), s.values[key], fields...)
}

// list gives the items of a list; nil when it is left out or none.
func (s section) list(key string) []ast.Node {
	n := s.values[key]
	if n == nil {
		return nil
	}
	list, ok := n.(*ast.SequenceNode)
	switch {
	case !ok:
		s.r.fail(s.field(key), "is not a list; write it like [one, two]")
		return nil
	case list.IsFlowStyle && list.End == nil:
		s.r.fail(s.field(key), "a [ is never closed")
		return nil
	}
	for i, item := range list.Values {
		s.r.lines[index(s.field(key), i)] = lineOf(item.GetToken())
	}
	return list.Values
}

func index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// scalar gives a single value as it was written, without its quotes.
func (r *reader) scalar(path string, n ast.Node) (string, bool) {
	switch v := n.(type) {
	case *ast.StringNode:
		return v.Value, true
	case *ast.LiteralNode:
		// The line end that closes a block is not part of the words.
		return strings.TrimRight(v.Value.Value, "\n"), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NanNode, *ast.InfinityNode:
		return n.GetToken().Value, true
	}
	r.fail(path, "is not a single value")
	return "", false
}

// text gives a single value, "" when it is left out or none.
func (s section) text(key string) string {
	if !s.has(key) {
		return ""
	}
	text, _ := s.r.scalar(s.field(key), s.values[key])
	return text
}

// textOr is text with a default.
func (s section) textOr(key, otherwise string) string {
	if !s.has(key) {
		return otherwise
	}
	return s.text(key)
}

// texts gives words in several languages; a plain text is in lang.
func (s section) texts(key, lang string) sale.Text {
	n := s.values[key]
	if n == nil {
		return nil
	}
	if _, ok := n.(ast.MapNode); !ok {
		if text, ok := s.r.scalar(s.field(key), n); ok {
			return sale.Text{lang: text}
		}
		return nil
	}
	texts, path := sale.Text{}, s.field(key)
	for tag, value := range s.r.entries(path, n) {
		field := path + "." + tag.Value
		if _, twice := texts[tag.Value]; twice {
			s.r.failAt(lineOf(tag), field, "is there twice; the first is on line %d", s.r.lines[field])
			continue
		}
		s.r.lines[field] = lineOf(tag)
		texts[tag.Value] = ""
		if value != nil && value.Type() != ast.NullType {
			texts[tag.Value], _ = s.r.scalar(field, value)
		}
	}
	return texts
}

var wholeNumber = regexp.MustCompile(`^(0|-?[1-9][0-9]*)$`)

// integer gives a whole number, 0 when it is left out or none.
func (s section) integer(key string) int {
	if !s.has(key) {
		return 0
	}
	text, ok := s.r.scalar(s.field(key), s.values[key])
	if !ok {
		return 0
	}
	if !wholeNumber.MatchString(text) {
		s.r.fail(s.field(key), "%s is not a whole number; write it in digits alone, like 10000", quote(text))
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || int64(int(n)) != n {
		s.r.fail(s.field(key), "%s is too big a number", quote(text))
		return 0
	}
	return int(n)
}

// yes gives a switch.
func (s section) yes(key string, otherwise bool) bool {
	if !s.has(key) {
		return otherwise
	}
	b, ok := s.values[key].(*ast.BoolNode)
	if !ok {
		s.r.fail(s.field(key), "is neither true nor false")
		return otherwise
	}
	return b.Value
}

var plainName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,40}$`)

// name shows a key that is not one of ours.
func name(key string) string {
	if plainName.MatchString(key) {
		return key
	}
	return quote(key)
}

// quote shows what was found, visibly and not at any length.
func quote(s string) string {
	const most = 80
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strconv.Quote(s)
}
