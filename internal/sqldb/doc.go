// Package sqldb opens the two databases, migrates them, and runs
// transactions on them. It is the only home of modernc.org/sqlite and pgx;
// the SQL itself lives in the package that owns the data.
//
// One SQL text serves SQLite and PostgreSQL: `$1`, RETURNING, ON CONFLICT,
// WITH … UPDATE, times as integers. The few fragments that differ are fields
// of [Dialect].
//
// What it promises:
//
//   - What [DB.Write] answered without an error is on disk. [Open] refuses a
//     database that does not fsync.
//   - Everything happens in a transaction. There is no way to run a statement
//     outside of one, so nobody reads a value before the lock that protects it
//     by accident.
//   - On SQLite there is one writer, and its transactions begin IMMEDIATE: a
//     deferred one that reads and then writes dies with "database is locked".
//     On PostgreSQL a write runs at READ COMMITTED, so that every statement
//     after a row lock sees what the previous owner of the lock committed, and
//     the whole function is run again when the server gave up on a deadlock or
//     a serialization conflict. The function must therefore keep its hands off
//     everything but its transaction and its own variables.
//   - A write that has begun is not cut short by its caller's context: either
//     it commits or it fails, and the caller hears which. Only waiting for a
//     connection ends with the context.
//   - [DB.Read] sees one consistent snapshot and cannot write.
//
// A statement's rows must be closed before the transaction runs its next
// statement: PostgreSQL insists, and on SQLite prepared statements are shared
// by text.
package sqldb
