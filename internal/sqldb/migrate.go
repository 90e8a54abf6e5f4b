package sqldb

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"path"
	"strings"
	"text/template"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
)

// migrations are the files to run, rendered for the dialect, and the name of
// the table that remembers which of them have run.
type migrations struct {
	files  fs.FS
	table  string
	logger *slog.Logger
}

// Migrate brings the schema up to the newest file of files, whose *.sql are
// goose migrations (https://pressly.github.io/goose/) and text/templates over
// the [Dialect]: "CREATE TABLE t (id {{.Int}} …){{.Strict}};". They are
// forward-only, one transaction each.
//
// It is safe to start many processes at once: on PostgreSQL they take turns,
// on SQLite one runs each migration and the others find it done.
//
// The versions stand in a table named after the first file: 0001_line.sql
// gives line_versions. So a database that is given to both sides by mistake
// fails loudly, and never counts one side's migrations as the other's.
func (db *DB) Migrate(ctx context.Context, files fs.FS) error {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return fmt.Errorf("list migrations: %w", err)
	}
	if len(names) == 0 {
		return errors.New("migrate: no *.sql files")
	}
	_, first, _ := strings.Cut(strings.TrimSuffix(path.Base(names[0]), ".sql"), "_")
	m := migrations{
		files:  rendered{FS: files, dialect: db.dialect},
		table:  first + "_versions",
		logger: db.o.Logger,
	}
	if err := db.engine.migrate(ctx, m); err != nil {
		return translate(fmt.Errorf("migrate: %w", err))
	}
	return nil
}

// up runs what is pending.
func (m migrations) up(ctx context.Context, db *sql.DB, dialect goose.Dialect, options ...goose.ProviderOption) error {
	options = append(options, goose.WithDisableGlobalRegistry(true), goose.WithSlog(m.logger))
	p, err := goose.NewProvider(dialect, db, m.files, options...)
	if err != nil {
		return err
	}
	have, want, err := p.GetVersions(ctx)
	switch {
	case err != nil:
		return err
	case have > want:
		return fmt.Errorf("the database is at version %d of its schema and this program knows %d: run the newer program", have, want)
	case have == want:
		return nil // as usual, and then nobody needs to take a lock
	}
	_, err = p.Up(ctx)
	return err
}

func (e *postgresEngine) migrate(ctx context.Context, m migrations) error {
	locker, err := lock.NewPostgresTableLocker(
		lock.WithTableName(m.table+"_lock"),
		lock.WithTableLockTimeout(time.Second, 300),
		lock.WithTableUnlockTimeout(time.Second, 60),
	)
	if err != nil {
		return err
	}
	return m.up(ctx, e.db, goose.DialectPostgres, goose.WithTableName(m.table), goose.WithLocker(locker))
}

// sqliteRaces bounds how often one migration run may lose to others.
const sqliteRaces = 100

func (e *sqliteEngine) migrate(ctx context.Context, m migrations) error {
	s, err := e.writer.take(ctx)
	if err != nil {
		return err
	}
	defer e.writer.give(s)
	s.release() // goose takes the writer's one connection from the pool

	standard, err := database.NewStore(database.DialectSQLite3, m.table)
	if err != nil {
		return err
	}
	store := onceStore{standard}
	for range sqliteRaces {
		before := store.count(ctx, e.writer.db)
		err = m.up(ctx, e.writer.db, goose.DialectCustom, goose.WithStore(store))
		// Whoever loses a race finds that versions were added meanwhile, and
		// looks again at what is left to do.
		if err == nil || store.count(ctx, e.writer.db) == before {
			return err
		}
	}
	return err
}

// onceStore is goose's version table for SQLite with UNIQUE versions. Goose
// has no lock for SQLite; but a migration and its version are one
// transaction, so a version can be added only once, and with it its effects.
type onceStore struct{ database.Store }

func (s onceStore) CreateVersionTable(ctx context.Context, db database.DBTxConn) error {
	_, err := db.ExecContext(ctx, `CREATE TABLE `+s.Tablename()+` (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL UNIQUE,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	)`)
	return err
}

// count is the number of versions, -1 where there is no table yet.
func (s onceStore) count(ctx context.Context, db *sql.DB) int {
	n := -1
	if err := db.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+s.Tablename()).Scan(&n); err != nil {
		return -1
	}
	return n
}

// rendered is a file system whose *.sql files are rendered when opened.
type rendered struct {
	fs.FS
	dialect Dialect
}

func (r rendered) Open(name string) (fs.File, error) {
	f, err := r.FS.Open(name)
	if err != nil || path.Ext(name) != ".sql" {
		return f, err
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	t, err := template.New(name).Option("missingkey=error").Parse(string(text))
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	var sql bytes.Buffer
	if err := t.Execute(&sql, r.dialect); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return renderedFile{File: f, text: &sql}, nil
}

type renderedFile struct {
	fs.File
	text *bytes.Buffer
}

func (f renderedFile) Read(p []byte) (int, error) { return f.text.Read(p) }
