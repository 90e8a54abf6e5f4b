package settings

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/inturn/inturn/internal/sale"
)

// given is one value with the place where the operator wrote it.
type given struct {
	text   string
	name   string // as written there
	source string // as `config show` prints it
	line   int    // in a file, else 0

	unreadable bool // a secret's file that could not be read; already reported
}

// fileValues reads a flat YAML mapping. Keys come back in the table's
// spelling, whichever of the two the file uses.
func fileValues(path string, data []byte) (map[string]given, []sale.FieldError) {
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, []sale.FieldError{syntaxError(path, err)}
	}
	values := map[string]given{}
	var wrong []sale.FieldError
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		mapping, ok := doc.Body.(ast.MapNode)
		if !ok {
			line := doc.Body.GetToken().Position.Line
			return nil, []sale.FieldError{{Field: path, Line: line, Message: "must hold lines like `data: /var/lib/inturn`"}}
		}
		for entries := mapping.MapRange(); entries.Next(); {
			name := entries.Key().GetToken().Value
			line := entries.Key().GetToken().Position.Line
			text, err := scalar(entries.Value())
			key := fileKey(name)
			_, twice := values[key]
			switch {
			case err != nil:
				wrong = append(wrong, sale.FieldError{Field: name, Line: line, Message: err.Error()})
			case twice:
				wrong = append(wrong, sale.FieldError{Field: name, Line: line, Message: "is set twice"})
			default:
				values[key] = given{text: text, name: name, source: fmt.Sprintf("file %s:%d", path, line), line: line}
			}
		}
	}
	return values, wrong
}

// fileKey turns INTURN_PEER_URL into peer_url and leaves other keys alone.
func fileKey(name string) string {
	if rest, ok := strings.CutPrefix(name, "INTURN_"); ok {
		return strings.ToLower(rest)
	}
	return name
}

// scalar is the text of a value as it was typed, so that YAML's own ideas of
// numbers and truth never change it. A list is joined with commas.
func scalar(value ast.Node) (string, error) {
	switch v := value.(type) {
	case *ast.NullNode:
		return "", nil
	case *ast.LiteralNode:
		return strings.TrimSpace(v.Value.Value), nil
	case *ast.SequenceNode:
		words := make([]string, 0, len(v.Values))
		for _, each := range v.Values {
			word, err := scalar(each)
			if err != nil {
				return "", err
			}
			words = append(words, word)
		}
		return strings.Join(words, ","), nil
	case *ast.StringNode:
		return v.Value, nil
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return v.GetToken().Value, nil
	default:
		return "", errors.New("must be a single value or a list")
	}
}

// syntaxError keeps goccy's sentence and drops its excerpt of the file, which
// could show a secret.
func syntaxError(path string, err error) sale.FieldError {
	wrong := sale.FieldError{Field: path, Message: "is not YAML"}
	var located yaml.Error
	if errors.As(err, &located) {
		wrong.Message = located.GetMessage()
		if t := located.GetToken(); t != nil {
			wrong.Line = t.Position.Line
		}
	}
	return wrong
}
