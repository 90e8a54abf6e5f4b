package verify

import (
	"context"
	"fmt"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// freezesAgree compares what the line believes to have told with what the box
// office has. The line is read first: what it has told by then is there.
func freezesAgree(ctx context.Context, l *line.Line, b *boxoffice.BoxOffice, slug string) ([]Problem, error) {
	told, err := l.ToldFreezes(ctx, slug)
	if err != nil || len(told) == 0 {
		return nil, err
	}
	there, err := b.Freezes(ctx, slug)
	if err != nil && sale.CodeOf(err) != sale.CodeNotFound {
		return nil, err
	}
	var found []Problem
	for i, f := range told {
		// One that the line has told to last may be over there by now.
		if i < len(there) && there[i].Began.Equal(f.Began) && (f.Lasts() || there[i].Ended.Equal(f.Ended)) {
			continue
		}
		found = append(found, Problem{Invariant: 31, Name: "both sides agree", Detail: fmt.Sprintf(
			"%s: freeze %d was told from %d to %d, and the box office has %v", slug, f.N, f.Began.Unix(), f.Ended.Unix(), there[min(i, len(there)):min(i+1, len(there))])})
	}
	return found, nil
}
