package salefile_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/salefile"
)

// TestDocumentation keeps docs/sale-file.md true: its example is a sale
// file, and its reserved words are reserved.
func TestDocumentation(t *testing.T) {
	page, err := os.ReadFile("../../docs/sale-file.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	example, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("the page has no example")
	}
	s, err := salefile.Parse([]byte(example), everyOK)
	if err != nil {
		t.Fatal(tell(err))
	}
	_, list, _ := strings.Cut(string(page), "\n## Reserved words\n")
	words := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(list, -1)
	if len(words) < 20 {
		t.Fatalf("%d reserved words", len(words))
	}
	for _, word := range words {
		s.Slug = word[1]
		if errs := s.Validate(nil); len(errs) != 1 || !strings.HasSuffix(errs[0].Message, "is a reserved word") {
			t.Errorf("%s: %v", s.Slug, errs)
		}
	}
	for _, field := range sale.Diff(sale.Sale{}, s) {
		name := field.Field[strings.LastIndexByte(field.Field, '.')+1:]
		if field.Field != "title.en" && name != "en" && name != "ticket" && !strings.Contains(string(page), name+"`") {
			t.Errorf("%s is not on the page", field.Field)
		}
	}
}
