package sqldb

// Dialect is everything in which the two databases' SQL differs here.
type Dialect struct {
	Name string // "sqlite" or "postgres"

	// Appended to a SELECT that claims rows. Empty on SQLite, where the one
	// writer already excludes everybody else.
	ForUpdate string

	// For migrations.
	Int    string // 64-bit integer column
	ID     string // 64-bit key that the database gives
	Blob   string // bytes
	Strict string // ends a CREATE TABLE

	// SQLite looks up every $n by name, which is quadratic in a long list of
	// VALUES; a bare ? it does not. For Insert only.
	anonymous bool
}

var (
	sqliteDialect = Dialect{
		Name:   "sqlite",
		Int:    "INTEGER",
		ID:     "INTEGER PRIMARY KEY",
		Blob:   "BLOB",
		Strict: " STRICT",

		anonymous: true,
	}
	postgresDialect = Dialect{
		Name:      "postgres",
		ForUpdate: " FOR UPDATE",
		Int:       "BIGINT",
		ID:        "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
		Blob:      "BYTEA",
	}
)
