-- The line database. Times are UTC milliseconds, yes/no is 1/0.
-- Every uniqueness the domain needs is a constraint here.

-- +goose Up
CREATE TABLE sales (
    id               {{.ID}},
    slug             TEXT NOT NULL UNIQUE,
    latest           {{.Int}} NOT NULL,             -- newest version ever written
    wanted           {{.Int}} NOT NULL,             -- newest version not refused by the box office
    stored           {{.Int}} NOT NULL DEFAULT 0,   -- newest version the box office has
    filed            {{.Int}} NOT NULL DEFAULT 0,   -- newest version that a sale file was the same as
    pending_why      TEXT NOT NULL DEFAULT '',
    doc              TEXT NOT NULL,                 -- the sale as in force on the line
    -- what sign-up reads inside its transaction, copied from doc
    opens_at         {{.Int}} NOT NULL,
    closes_at        {{.Int}} NOT NULL,
    guaranteed       {{.Int}} NOT NULL CHECK (guaranteed >= 0),
    standby          {{.Int}} NOT NULL CHECK (standby >= 0),
    receipt          {{.Int}} NOT NULL CHECK (receipt IN (0, 1)),
    -- the counter: advanced inside the committing transaction, once per group
    last_number      {{.Int}} NOT NULL DEFAULT 0,
    last_at          {{.Int}} NOT NULL DEFAULT 0,
    guaranteed_given {{.Int}} NOT NULL DEFAULT 0
){{.Strict}};

CREATE TABLE sale_versions (
    sale_id {{.Int}} NOT NULL REFERENCES sales (id),
    version {{.Int}} NOT NULL,
    doc     TEXT NOT NULL,
    actor   TEXT NOT NULL,
    source  TEXT NOT NULL CHECK (source IN ('file', 'console')),
    at      {{.Int}} NOT NULL,
    state   TEXT NOT NULL CHECK (state IN ('pending', 'stored', 'refused')),
    why     TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (sale_id, version)
){{.Strict}};

-- The assigner's row of a sale: lease and fence, feed cursor, schedule. Kept
-- apart from sales so that the beat never waits for sign-ups nor they for it.
CREATE TABLE dispatch (
    sale_id     {{.Int}} NOT NULL PRIMARY KEY REFERENCES sales (id),
    fence       {{.Int}} NOT NULL DEFAULT 0,
    holder      TEXT NOT NULL DEFAULT '',
    lease_until {{.Int}} NOT NULL DEFAULT 0,
    paused      {{.Int}} NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
    feed_cursor {{.Int}} NOT NULL DEFAULT 0,
    batch       {{.Int}} NOT NULL DEFAULT 0,   -- number of the last batch
    next_at     {{.Int}} NOT NULL DEFAULT 0,   -- the next scheduled moment, 0 when not known
    period      {{.Int}} NOT NULL DEFAULT 0,   -- milliseconds between the next two moments
    reached     {{.Int}} NOT NULL DEFAULT 0,   -- highest number whose turn has come
    sold_out    {{.Int}} NOT NULL DEFAULT 0 CHECK (sold_out IN (0, 1)),
    told_upto   {{.Int}} NOT NULL DEFAULT 0,   -- numbers up to this one have their polite decline
    quiet_until {{.Int}} NOT NULL DEFAULT 0,   -- until when the quiet hours of earlier versions held mails back
    asked       {{.Int}} NOT NULL DEFAULT 0    -- how often somebody asked for a lost receipt
){{.Strict}};

-- Stretches in which the clocks of a sale stood still, in whole seconds and
-- dense from 1. The last one may last; told is how much of it the box office
-- has: 1 that it began, 2 that it is over as well.
CREATE TABLE freezes (
    sale_id   {{.Int}} NOT NULL REFERENCES sales (id),
    n         {{.Int}} NOT NULL CHECK (n >= 1),
    began_at  {{.Int}} NOT NULL CHECK (began_at % 1000 = 0),
    ended_at  {{.Int}} CHECK (ended_at % 1000 = 0 AND ended_at >= began_at),
    actor     TEXT NOT NULL,
    why       TEXT NOT NULL CHECK (why <> ''),
    ended_by  TEXT NOT NULL DEFAULT '',
    ended_why TEXT NOT NULL DEFAULT '',
    moved     {{.Int}} NOT NULL DEFAULT 0,     -- how many links it gave time to
    told      {{.Int}} NOT NULL DEFAULT 0 CHECK (told IN (0, 1, 2)),
    PRIMARY KEY (sale_id, n),
    CHECK (told < 2 OR ended_at IS NOT NULL)
){{.Strict}};
CREATE UNIQUE INDEX freezes_one_lasts ON freezes (sale_id) WHERE ended_at IS NULL;

CREATE TABLE registrations (
    sale_id     {{.Int}} NOT NULL REFERENCES sales (id),
    number      {{.Int}} NOT NULL CHECK (number >= 1),
    address     TEXT NOT NULL,
    identity    TEXT NOT NULL,             -- sale id, colon, canonical address
    class       TEXT NOT NULL CHECK (class IN ('guaranteed', 'standby')),
    lang        TEXT NOT NULL,
    at          {{.Int}} NOT NULL,
    idem        TEXT,
    network     {{.Int}},                  -- keyed hash of the client's network, where the sale keeps it
    proof       TEXT,                      -- sale id, colon, nonce of the solved challenge that gave the place
    waiting     {{.Int}} NOT NULL DEFAULT 1 CHECK (waiting IN (0, 1)),
    withdrawing {{.Int}} NOT NULL DEFAULT 0 CHECK (withdrawing IN (0, 1)),
    withdrawn_at {{.Int}},
    erased_at   {{.Int}},
    undelivered {{.Int}} NOT NULL DEFAULT 0,
    bounced     {{.Int}} NOT NULL DEFAULT 0 CHECK (bounced IN (0, 1)),
    corrected_at {{.Int}},                 -- when an organizer last corrected the address
    PRIMARY KEY (sale_id, number),
    CHECK (waiting = 0 OR (withdrawn_at IS NULL AND erased_at IS NULL AND bounced = 0))
){{.Strict}};
-- The look-ups of sign-up go by one column that carries the sale, so that no
-- planner, however little it knows yet, can mistake another index for theirs.
CREATE UNIQUE INDEX registrations_one ON registrations (identity)
    WHERE withdrawn_at IS NULL AND erased_at IS NULL;
CREATE UNIQUE INDEX registrations_idem ON registrations (idem) WHERE idem IS NOT NULL;
CREATE UNIQUE INDEX registrations_proof ON registrations (proof) WHERE proof IS NOT NULL;
CREATE INDEX registrations_waiting ON registrations (sale_id, number) WHERE waiting = 1;
CREATE INDEX registrations_idle ON registrations (sale_id, number) WHERE waiting = 0; -- for counting those who wait
CREATE INDEX registrations_withdrawing ON registrations (sale_id, number) WHERE withdrawing = 1;
CREATE INDEX registrations_left ON registrations (sale_id, number) WHERE withdrawn_at IS NOT NULL;
CREATE INDEX registrations_gone ON registrations (identity) WHERE withdrawn_at IS NOT NULL;

CREATE TABLE offers (
    id         TEXT NOT NULL PRIMARY KEY,
    sale_id    {{.Int}} NOT NULL,
    number     {{.Int}} NOT NULL,
    batch      {{.Int}} NOT NULL,
    most       {{.Int}} NOT NULL CHECK (most >= 1),
    granted    {{.Int}} NOT NULL DEFAULT 0 CHECK (granted >= 0 AND granted <= most),
    state      TEXT NOT NULL CHECK (state IN ('planned', 'open', 'closing', 'bought', 'expired', 'declined',
                   'bounced', 'undelivered', 'withdrawn', 'erased', 'voided', 'dropped')),
    reason     TEXT NOT NULL DEFAULT '',   -- what a closing offer is to become
    ends       {{.Int}},                   -- empty until the first hand-over
    planned_at {{.Int}} NOT NULL,
    opened_at  {{.Int}},
    over_at    {{.Int}},
    returned_at {{.Int}},                  -- when the turn came back that it had used up: the address was corrected
    FOREIGN KEY (sale_id, number) REFERENCES registrations (sale_id, number),
    CHECK (state NOT IN ('open', 'bought') OR granted >= 1),
    CHECK (ends IS NULL OR ends % 1000 = 0)
){{.Strict}};
CREATE UNIQUE INDEX offers_one_live ON offers (sale_id, number) WHERE state IN ('planned', 'open', 'closing');
CREATE UNIQUE INDEX offers_one_bought ON offers (sale_id, number) WHERE state = 'bought';
CREATE INDEX offers_number ON offers (sale_id, number, batch);
CREATE INDEX offers_ends ON offers (sale_id, ends) WHERE state = 'open';
CREATE INDEX offers_batch ON offers (sale_id, batch, state, ends); -- offers by state, counted batch by batch
CREATE INDEX offers_planned ON offers (sale_id, state, number) WHERE state = 'planned';
CREATE INDEX offers_closing ON offers (sale_id, state, number, ends) WHERE state = 'closing';

CREATE TABLE orders (
    sale_id {{.Int}} NOT NULL,
    code    TEXT NOT NULL,
    number  {{.Int}} NOT NULL,
    offer   TEXT NOT NULL UNIQUE REFERENCES offers (id),
    state   TEXT NOT NULL CHECK (state IN ('confirmed', 'cancelled')),
    doc     TEXT NOT NULL,
    at      {{.Int}} NOT NULL,
    cancel_at  {{.Int}},                   -- when an organizer asked to cancel it; the box office does
    cancel_why TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (sale_id, code),
    FOREIGN KEY (sale_id, number) REFERENCES registrations (sale_id, number)
){{.Strict}};
CREATE INDEX orders_number ON orders (sale_id, number);
CREATE INDEX orders_cancelling ON orders (sale_id) WHERE cancel_at IS NOT NULL AND state = 'confirmed';

-- Addresses that asked to be mailed a link before they stand in line. They
-- are no registrations, have no number, and are forgotten when the link is over.
CREATE TABLE confirmations (
    ref      TEXT NOT NULL PRIMARY KEY,        -- 128 random bits
    sale_id  {{.Int}} NOT NULL REFERENCES sales (id),
    identity TEXT NOT NULL UNIQUE,             -- as that of a registration
    address  TEXT NOT NULL,
    lang     TEXT NOT NULL,
    since    {{.Int}} NOT NULL,                -- from when sends counts
    sends    {{.Int}} NOT NULL,
    sent_at  {{.Int}} NOT NULL,                -- the last of them, 0 for none
    ends     {{.Int}} NOT NULL
){{.Strict}};
CREATE INDEX confirmations_over ON confirmations (sale_id, ends);

-- One row per mail. The row holds kind and ids; text and token are made at
-- hand-over. delivered is 1 while a try may have reached the fan: one that was
-- accepted or ended unknown, and did not come back while it mattered.
CREATE TABLE outbox (
    id         {{.ID}},
    sale_id    {{.Int}} NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('offer', 'order', 'cancellation', 'withdrawn', 'decline', 'receipt', 'confirm', 'test', 'invitation')),
    number     {{.Int}},                   -- whose place it is about; empty for confirm and test, which are about none
    ref        TEXT NOT NULL DEFAULT '',   -- offer id, order code, which withdrawal, confirmation, test or repetition
    priority   {{.Int}} NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'accepted', 'refused', 'unknown', 'cancelled')),
    due_at     {{.Int}},                   -- empty when nothing more is to be tried
    tries      {{.Int}} NOT NULL DEFAULT 0,
    tried      {{.Int}} NOT NULL DEFAULT 0 CHECK (tried IN (0, 1)),       -- a try has its outcome recorded
    delivered  {{.Int}} NOT NULL DEFAULT 0 CHECK (delivered IN (0, 1)),
    first_at   {{.Int}},                   -- first try that was not our own fault
    give_up_at {{.Int}},                   -- of an offer's mail: one life after it, not counting quiet hours
    started_at {{.Int}},
    fence      {{.Int}} NOT NULL DEFAULT 0,
    created_at {{.Int}} NOT NULL,
    UNIQUE (sale_id, kind, number, ref),
    FOREIGN KEY (sale_id, number) REFERENCES registrations (sale_id, number),
    CHECK ((number IS NULL) = (kind IN ('confirm', 'test', 'invitation')))
){{.Strict}};
CREATE INDEX outbox_due ON outbox (sale_id, priority, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX outbox_sending ON outbox (sale_id) WHERE state = 'sending';
CREATE INDEX outbox_untried ON outbox (sale_id, kind, tried) WHERE kind = 'offer' AND tried = 0 AND state IN ('queued', 'sending');
CREATE INDEX outbox_ref ON outbox (ref) WHERE kind = 'offer';
CREATE INDEX outbox_invitation ON outbox (ref) WHERE kind = 'invitation';

-- Mails that organizers send themselves, to see what fans will get. The address
-- is deleted in the transaction that records what became of the mail; the
-- rest is kept for a day.
CREATE TABLE test_mails (
    ref      TEXT NOT NULL PRIMARY KEY,    -- random
    sale_id  {{.Int}} NOT NULL REFERENCES sales (id),
    about    TEXT NOT NULL,                -- which mail it is a sample of
    lang     TEXT NOT NULL,
    address  TEXT NOT NULL,
    asked_at {{.Int}} NOT NULL,
    done_at  {{.Int}},
    result   TEXT NOT NULL DEFAULT '',     -- as in mail_tries, or given up
    code     {{.Int}} NOT NULL DEFAULT 0,
    said     TEXT NOT NULL DEFAULT '',     -- by the mail server
    CHECK ((done_at IS NULL) = (address <> '')),
    CHECK ((done_at IS NULL) = (result = ''))
){{.Strict}};
CREATE INDEX test_mails_sale ON test_mails (sale_id, asked_at);

-- One row per try: what the rate limit counts, over instances and restarts.
CREATE TABLE mail_tries (
    id         {{.ID}},
    mail_id    {{.Int}} NOT NULL REFERENCES outbox (id),
    sale_id    {{.Int}} NOT NULL,
    fence      {{.Int}} NOT NULL,
    started_at {{.Int}} NOT NULL,
    done_at    {{.Int}},
    result     TEXT NOT NULL DEFAULT '',
    code       {{.Int}} NOT NULL DEFAULT 0,
    quiet      TEXT NOT NULL DEFAULT '',   -- of an offer's mail: the quiet hours in force as it began
    ends       {{.Int}},                   -- of an offer's mail: the end that its link says
    freezes    {{.Int}} NOT NULL DEFAULT 0,  -- how many freezes that end counts already
    bounced_at {{.Int}},                   -- when the server said that it came to nothing after all
    bounce     TEXT NOT NULL DEFAULT ''    -- and its status, like 5.1.1
){{.Strict}};
CREATE UNIQUE INDEX mail_tries_open ON mail_tries (mail_id) WHERE done_at IS NULL;
CREATE INDEX mail_tries_counted ON mail_tries (done_at, result) WHERE result IN ('accepted', 'unknown'); -- for the limits, without looking at rows
CREATE INDEX mail_tries_mail ON mail_tries (mail_id);
CREATE INDEX mail_tries_bounced ON mail_tries (sale_id) WHERE bounced_at IS NOT NULL;

-- The one row that serialises the mail limit between instances.
CREATE TABLE mail_limit (
    id {{.Int}} NOT NULL PRIMARY KEY CHECK (id = 1)
){{.Strict}};
INSERT INTO mail_limit (id) VALUES (1);

-- Keys that a sale's box office has: only these sign.
CREATE TABLE stored_keys (
    sale_id   {{.Int}} NOT NULL REFERENCES sales (id),
    kid       TEXT NOT NULL,
    created   {{.Int}} NOT NULL,
    stored_at {{.Int}} NOT NULL,
    PRIMARY KEY (sale_id, kid)
){{.Strict}};

-- Who did what, when, and why: rows are added, and never changed. No fan's
-- address stands here, so that erasing somebody need not touch it.
CREATE TABLE audit (
    id      {{.ID}},
    at      {{.Int}} NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    sale_id {{.Int}} NOT NULL,
    number  {{.Int}} NOT NULL DEFAULT 0,
    detail  TEXT NOT NULL DEFAULT '',
    why     TEXT NOT NULL DEFAULT ''      -- the organizer's own words
){{.Strict}};
CREATE INDEX audit_sale ON audit (sale_id, action, id);
CREATE INDEX audit_place ON audit (sale_id, number, id) WHERE number > 0;
CREATE INDEX audit_history ON audit (sale_id, id);
{{if eq .Name "sqlite"}}
-- +goose StatementBegin
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
-- +goose StatementEnd
{{else}}
-- +goose StatementBegin
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit
	FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
{{end}}

-- Organizers: who may use the console. identity is the canonical address;
-- everything is 1 for the owners of the whole installation. A session names
-- the generation it was begun in: raising it signs its organizer out everywhere.
CREATE TABLE organizers (
    id         {{.ID}},
    address    TEXT NOT NULL,
    identity   TEXT NOT NULL UNIQUE,
    passphrase TEXT NOT NULL,               -- argon2id, with its salt and cost
    everything {{.Int}} NOT NULL CHECK (everything IN (0, 1)),
    generation {{.Int}} NOT NULL DEFAULT 1,
    factor     TEXT NOT NULL DEFAULT '',    -- the secret of a second factor, sealed with a key that is not here
    step       {{.Int}} NOT NULL DEFAULT 0, -- of the last code that was taken: none is taken twice
    joined_at  {{.Int}} NOT NULL
){{.Strict}};

-- One-time codes in place of a lost second factor, by their hashes.
CREATE TABLE recovery_codes (
    organizer_id {{.Int}} NOT NULL REFERENCES organizers (id) ON DELETE CASCADE,
    hash         {{.Blob}} NOT NULL,
    PRIMARY KEY (organizer_id, hash)
){{.Strict}};

-- Links with which an organizer who is locked out chooses a new passphrase.
-- Only their hashes are kept.
CREATE TABLE reset_links (
    organizer_id {{.Int}} NOT NULL PRIMARY KEY REFERENCES organizers (id) ON DELETE CASCADE,
    hash         {{.Blob}} NOT NULL UNIQUE,
    ends         {{.Int}} NOT NULL
){{.Strict}};

CREATE TABLE organizer_roles (
    organizer_id {{.Int}} NOT NULL REFERENCES organizers (id) ON DELETE CASCADE,
    sale_id      {{.Int}} NOT NULL REFERENCES sales (id),
    role         TEXT NOT NULL CHECK (role IN ('viewer', 'manager', 'owner')),
    PRIMARY KEY (organizer_id, sale_id)
){{.Strict}};

-- Invitations that are open; one that is accepted or withdrawn is gone. The
-- link is signed at hand-over and not stored: ref alone opens nothing.
CREATE TABLE invitations (
    ref        TEXT NOT NULL PRIMARY KEY,   -- 128 random bits
    scope      {{.Int}} NOT NULL,           -- the sale, or 0 for everything
    identity   TEXT NOT NULL,               -- as that of an organizer
    address    TEXT NOT NULL,
    role       TEXT NOT NULL CHECK (role IN ('viewer', 'manager', 'owner')),
    inviter_id {{.Int}} NOT NULL REFERENCES organizers (id) ON DELETE CASCADE,
    made_at    {{.Int}} NOT NULL,
    ends       {{.Int}} NOT NULL,
    UNIQUE (identity, scope)
){{.Strict}};

-- The one link that makes the first owner, as long as nobody is one. Only its
-- hash is kept.
CREATE TABLE owner_link (
    id   {{.Int}} NOT NULL PRIMARY KEY CHECK (id = 1),
    hash {{.Blob}} NOT NULL,
    ends {{.Int}} NOT NULL
){{.Strict}};

-- The console's sessions, by the hash of their token.
CREATE TABLE sessions (
    token        TEXT NOT NULL PRIMARY KEY,
    data         {{.Blob}} NOT NULL,
    ends         {{.Int}} NOT NULL,
    organizer_id {{.Int}} NOT NULL,         -- 0 before anybody has signed in
    generation   {{.Int}} NOT NULL,
    began_at     {{.Int}} NOT NULL,
    seen_at      {{.Int}} NOT NULL,
    browser      TEXT NOT NULL,             -- as organizers recognise it: "Firefox on Linux"
    ended        {{.Int}} NOT NULL DEFAULT 0 CHECK (ended IN (0, 1)) -- 1: nobody is to write it anew
){{.Strict}};
CREATE INDEX sessions_over ON sessions (ends);
CREATE INDEX sessions_organizer ON sessions (organizer_id) WHERE organizer_id > 0;

-- Sales that are being set up: what was typed so far, by the fields of the
-- form. Nobody but the organizer who began one sees it.
CREATE TABLE drafts (
    id           {{.ID}},
    organizer_id {{.Int}} NOT NULL REFERENCES organizers (id) ON DELETE CASCADE,
    fields       TEXT NOT NULL,
    changed_at   {{.Int}} NOT NULL
){{.Strict}};
CREATE INDEX drafts_organizer ON drafts (organizer_id, id);

-- What is kept of a sale's checklist: the doctor's last findings, what
-- organizers have confirmed, and what became of the last test mail. One row
-- for each thing, the newest.
CREATE TABLE checklist (
    sale_id {{.Int}} NOT NULL REFERENCES sales (id),
    item    TEXT NOT NULL CHECK (item IN ('doctor', 'keys', 'mail')),
    at      {{.Int}} NOT NULL,
    actor   TEXT NOT NULL,
    detail  TEXT NOT NULL,
    PRIMARY KEY (sale_id, item)
){{.Strict}};

-- Guesses at passphrases and codes, by keyed hashes of accounts, networks and
-- browsers: neither an address nor a network can be read here.
CREATE TABLE guesses (
    who       TEXT NOT NULL PRIMARY KEY,
    n         {{.Int}} NOT NULL CHECK (n >= 0),
    until     {{.Int}} NOT NULL,            -- the next one is refused before
    forget_at {{.Int}} NOT NULL
){{.Strict}};
CREATE INDEX guesses_over ON guesses (forget_at);
