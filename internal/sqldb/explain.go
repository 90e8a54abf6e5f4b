package sqldb

import (
	"context"
	"database/sql"
	"strings"
)

// Explained is how SQLite finds the rows of a statement: a line for each table
// that it visits, as EXPLAIN QUERY PLAN says it. Call is who runs the
// transaction, as in [Point].
type Explained struct {
	Call      string
	Statement string
	Steps     []string
}

// explained has a transaction's statements explained, where somebody asks.
func (db *DB) explained(run statements, call string) statements {
	if db.o.Explain == nil || db.dialect.Name != "sqlite" {
		return run
	}
	return explaining{statements: run, call: call, tell: db.o.Explain}
}

// explaining asks for the plan of each statement before it is run.
type explaining struct {
	statements
	call string
	tell func(Explained)
}

func (e explaining) exec(ctx context.Context, q string, args []any) (sql.Result, error) {
	if err := e.explain(ctx, q, args); err != nil {
		return nil, err
	}
	return e.statements.exec(ctx, q, args)
}

func (e explaining) query(ctx context.Context, q string, args []any) (*sql.Rows, error) {
	if err := e.explain(ctx, q, args); err != nil {
		return nil, err
	}
	return e.statements.query(ctx, q, args)
}

func (e explaining) queryRow(ctx context.Context, q string, args []any) *sql.Row {
	_ = e.explain(ctx, q, args) // the statement itself says what is wrong with it
	return e.statements.queryRow(ctx, q, args)
}

func (e explaining) explain(ctx context.Context, q string, args []any) error {
	if strings.HasPrefix(q, "EXPLAIN") {
		return nil
	}
	rows, err := e.statements.query(ctx, "EXPLAIN QUERY PLAN "+q, args)
	if err != nil {
		return err
	}
	defer rows.Close()
	x := Explained{Call: e.call, Statement: strings.Join(strings.Fields(q), " ")}
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			return err
		}
		x.Steps = append(x.Steps, step)
	}
	e.tell(x)
	return rows.Err()
}
