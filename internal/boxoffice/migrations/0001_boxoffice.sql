-- The box office: what is for sale, who holds a right to buy, what was sold.
-- It knows no address and no name of anybody.
--
-- Times are milliseconds since 1970 UTC, money is minor units, units are
-- tickets.

-- +goose Up

-- The public halves of the keys that links are signed with. Never deleted: a
-- retired key goes on verifying what it signed.
CREATE TABLE keys (
	kid     TEXT NOT NULL PRIMARY KEY,
	x       {{.Blob}} NOT NULL CHECK (length(x) = 32),
	created {{.Int}} NOT NULL
){{.Strict}};

-- One row for each sale. Whoever changes anything of a sale locks it first.
-- version 0 exists only inside the transaction that puts the first version.
CREATE TABLE sales (
	slug    TEXT NOT NULL PRIMARY KEY,
	version {{.Int}} NOT NULL CHECK (version >= 0),
	feed    {{.Int}} NOT NULL CHECK (feed >= 0), -- the last position given
	freezes {{.Int}} NOT NULL DEFAULT 0 CHECK (freezes >= 0) -- how many are recorded
){{.Strict}};

-- Stretches in which the clocks of a sale stood still, in whole seconds; the
-- last one may last. What ends fell into them are later by as much.
CREATE TABLE freezes (
	sale  TEXT NOT NULL REFERENCES sales (slug),
	n     {{.Int}} NOT NULL CHECK (n >= 1),
	began {{.Int}} NOT NULL CHECK (began % 1000 = 0),
	ended {{.Int}} CHECK (ended % 1000 = 0 AND ended >= began),
	PRIMARY KEY (sale, n)
){{.Strict}};

-- Every version that was put, as JSON. A stored version never changes.
CREATE TABLE sale_versions (
	sale     TEXT NOT NULL REFERENCES sales (slug),
	version  {{.Int}} NOT NULL CHECK (version >= 1),
	document TEXT NOT NULL,
	stored   {{.Int}} NOT NULL,
	PRIMARY KEY (sale, version)
){{.Strict}};

-- The ledger's balances. The pool 'capacity' is drawn on by every ticket; the
-- others are named after their ticket type. The CHECK is the last defence
-- against selling what is not there.
CREATE TABLE accounts (
	sale    TEXT NOT NULL REFERENCES sales (slug),
	pool    TEXT NOT NULL,
	name    TEXT NOT NULL CHECK (name IN ('issued', 'available', 'offered', 'sold')),
	balance {{.Int}} NOT NULL,
	PRIMARY KEY (sale, pool, name),
	CONSTRAINT no_oversale CHECK (CASE WHEN name = 'issued' THEN balance <= 0 ELSE balance >= 0 END)
){{.Strict}};

-- The rights to buy, under the line's own ids. An offer that got nothing is
-- closed as 'dropped'.
CREATE TABLE offers (
	id      TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64),
	sale    TEXT NOT NULL REFERENCES sales (slug),
	granted {{.Int}} NOT NULL CHECK (granted >= 0),
	state   TEXT NOT NULL CHECK (state IN ('open', 'closed', 'bought')),
	reason  TEXT NOT NULL, -- why it was closed; '' otherwise
	created {{.Int}} NOT NULL,
	ended   {{.Int}}, -- when it was closed or bought
	CHECK ((state = 'open') = (ended IS NULL)),
	CHECK ((state = 'closed') = (reason <> '')),
	CHECK (granted > 0 OR state = 'closed')
){{.Strict}};
CREATE INDEX offers_of_sale ON offers (sale, id);

-- Units moved from one account to another. Rows are immutable. That the
-- accounts exist is seen when their balances are changed.
CREATE TABLE transfers (
	id       {{.ID}},
	sale     TEXT NOT NULL,
	pool     TEXT NOT NULL,
	source   TEXT NOT NULL,
	target   TEXT NOT NULL,
	units    {{.Int}} NOT NULL CHECK (units > 0),
	reason   TEXT NOT NULL CHECK (reason IN ('issue', 'cut', 'reserve', 'buy', 'spare', 'close', 'cancel')),
	offer    TEXT REFERENCES offers (id),
	at       {{.Int}} NOT NULL,
	CHECK (source <> target),
	CHECK ((offer IS NULL) = (reason IN ('issue', 'cut')))
){{.Strict}};
CREATE INDEX transfers_of_sale ON transfers (sale, id); -- who follows the ledger reads on from where it was

-- Purchases, one for each offer at most. position is that of the outcome
-- 'bought', and so the order in which they were committed.
CREATE TABLE orders (
	ref             TEXT NOT NULL PRIMARY KEY,
	sale            TEXT NOT NULL REFERENCES sales (slug),
	code            TEXT NOT NULL,
	offer           TEXT NOT NULL UNIQUE REFERENCES offers (id),
	position        {{.Int}} NOT NULL CHECK (position >= 1),
	version         {{.Int}} NOT NULL, -- of the sale, for prices and titles
	state           TEXT NOT NULL CHECK (state IN ('confirmed', 'cancelled')),
	total           {{.Int}} NOT NULL CHECK (total >= 0),
	idempotency     TEXT NOT NULL, -- the fan's own key; '' without one
	at              {{.Int}} NOT NULL,
	cancelled       {{.Int}},
	cancelled_why   TEXT,
	UNIQUE (sale, code),
	UNIQUE (sale, position),
	CHECK ((state = 'cancelled') = (cancelled IS NOT NULL)),
	FOREIGN KEY (sale, version) REFERENCES sale_versions (sale, version)
){{.Strict}};

-- The tickets of an order, numbered from 1.
CREATE TABLE tickets (
	ref    TEXT NOT NULL REFERENCES orders (ref),
	number {{.Int}} NOT NULL CHECK (number >= 1),
	type   TEXT NOT NULL,
	price  {{.Int}} NOT NULL CHECK (price >= 0),
	voided {{.Int}} NOT NULL CHECK (voided IN (0, 1)),
	PRIMARY KEY (ref, number)
){{.Strict}};

-- The feed that the line collects: positions are dense from 1 within a sale,
-- in commit order. Rows are immutable.
CREATE TABLE outcomes (
	sale     TEXT NOT NULL REFERENCES sales (slug),
	position {{.Int}} NOT NULL CHECK (position >= 1),
	kind     TEXT NOT NULL CHECK (kind IN ('bought', 'declined', 'closed', 'cancelled')),
	offer    TEXT NOT NULL REFERENCES offers (id),
	reason   TEXT NOT NULL, -- for closed
	at       {{.Int}} NOT NULL,
	PRIMARY KEY (sale, position)
){{.Strict}};
-- An offer ends once, and its order is cancelled once.
CREATE UNIQUE INDEX outcome_ends_offer ON outcomes (offer) WHERE kind <> 'cancelled';
CREATE UNIQUE INDEX outcome_cancels_order ON outcomes (offer) WHERE kind = 'cancelled';

-- What was written down stays as it was written.
{{if eq .Name "sqlite"}}
-- +goose StatementBegin
CREATE TRIGGER transfers_no_update BEFORE UPDATE ON transfers
BEGIN SELECT RAISE(ABORT, 'transfers are immutable'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER transfers_no_delete BEFORE DELETE ON transfers
BEGIN SELECT RAISE(ABORT, 'transfers are immutable'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER outcomes_no_update BEFORE UPDATE ON outcomes
BEGIN SELECT RAISE(ABORT, 'outcomes are immutable'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER outcomes_no_delete BEFORE DELETE ON outcomes
BEGIN SELECT RAISE(ABORT, 'outcomes are immutable'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER sale_versions_no_update BEFORE UPDATE ON sale_versions
BEGIN SELECT RAISE(ABORT, 'sale_versions are immutable'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER sale_versions_no_delete BEFORE DELETE ON sale_versions
BEGIN SELECT RAISE(ABORT, 'sale_versions are immutable'); END;
-- +goose StatementEnd
{{else}}
-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% are immutable', TG_TABLE_NAME; END $$;
-- +goose StatementEnd
CREATE TRIGGER transfers_immutable BEFORE UPDATE OR DELETE ON transfers
	FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER outcomes_immutable BEFORE UPDATE OR DELETE ON outcomes
	FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sale_versions_immutable BEFORE UPDATE OR DELETE ON sale_versions
	FOR EACH ROW EXECUTE FUNCTION refuse_change();
{{end}}
