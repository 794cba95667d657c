-- Times are nanoseconds since 1970 UTC, durations nanoseconds, money minor units.
-- An absent time is NULL. Rows that many statements touch are narrow, and rows are
-- appended: what is inserted for each hold goes to the right edge of its B-trees,
-- except one page for the apartment, the tenant and the idempotency key.

CREATE TABLE apartments (
  seq             INTEGER PRIMARY KEY,
  id              TEXT NOT NULL UNIQUE,
  latest          INTEGER,       -- seq of its latest reservation, the head of the list by `previous`
  status          TEXT NOT NULL,
  epoch           INTEGER NOT NULL,
  reservation_id  TEXT,
  hold_expires_at INTEGER,
  payment_window  INTEGER NOT NULL,
  price           INTEGER NOT NULL,
  currency        TEXT NOT NULL,
  updated_at      INTEGER NOT NULL,
  source_id       TEXT UNIQUE,
  title           TEXT NOT NULL,
  city            TEXT NOT NULL,
  city_key        TEXT NOT NULL, -- the city in lower case
  state           TEXT NOT NULL,
  bedrooms        INTEGER,
  bathrooms       REAL,
  square_feet     INTEGER,
  pets            TEXT,          -- a JSON array
  rent_period     TEXT NOT NULL,
  created_at      INTEGER NOT NULL
) STRICT;

-- One index for each order and each range of it. None has what a hold changes.
CREATE INDEX apartments_newest       ON apartments (created_at, id);
CREATE INDEX apartments_newest_state ON apartments (state, created_at, id);
CREATE INDEX apartments_newest_city  ON apartments (state, city_key, created_at, id);
CREATE INDEX apartments_price        ON apartments (price, id);
CREATE INDEX apartments_price_state  ON apartments (state, price, id);
CREATE INDEX apartments_price_city   ON apartments (state, city_key, price, id);

CREATE TABLE reservations (
  seq              INTEGER PRIMARY KEY, -- in the order of placing
  id               TEXT NOT NULL UNIQUE,
  apartment_id     TEXT NOT NULL,
  tenant_id        TEXT NOT NULL,
  epoch            INTEGER NOT NULL,
  price            INTEGER NOT NULL,
  currency         TEXT NOT NULL,
  payment_window   INTEGER NOT NULL,
  placed_at        INTEGER NOT NULL,
  previous         INTEGER,             -- seq of the apartment's reservation before this one
  status           TEXT NOT NULL,
  hold_expires_at  INTEGER NOT NULL,
  ended_at         INTEGER,
  extensions       INTEGER NOT NULL,
  workflow_started INTEGER NOT NULL,
  repairs          INTEGER NOT NULL,
  task_token       TEXT,
  payment_status   TEXT,
  payment          TEXT,                -- JSON: the latest attempt
  timeline         TEXT NOT NULL        -- JSON
) STRICT;

CREATE INDEX reservations_tenant ON reservations (tenant_id, seq);

-- Sparse: they hold only what is left to do, however many reservations there were.
CREATE INDEX reservations_due ON reservations (hold_expires_at, id) WHERE status = 'HELD';
CREATE INDEX reservations_to_start ON reservations (placed_at) WHERE workflow_started = 0;
CREATE INDEX reservations_unsettled ON reservations (placed_at)
  WHERE status = 'CONFIRMING' OR (status NOT IN ('HELD', 'PAID') AND payment_status IN ('PENDING', 'AUTHORIZED', 'CAPTURED'));

-- One B-tree, in the order of the keys; see Store.Forget.
CREATE TABLE idempotency (
  key         BLOB PRIMARY KEY, -- digest of principal, operation and key
  fingerprint TEXT NOT NULL,
  at          INTEGER NOT NULL,
  result_id   TEXT NOT NULL,
  outcome     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE definitions (
  machine TEXT NOT NULL,
  hash    TEXT NOT NULL,
  source  BLOB NOT NULL,
  PRIMARY KEY (machine, hash)
) STRICT;

CREATE TABLE executions (
  number     INTEGER PRIMARY KEY, -- in the order of creation
  machine    TEXT NOT NULL,
  name       TEXT NOT NULL,
  definition TEXT NOT NULL,
  seq        INTEGER NOT NULL,
  status     TEXT NOT NULL,
  lane       INTEGER,             -- NULL: never by itself
  due        INTEGER,
  started_at INTEGER NOT NULL,
  stopped_at INTEGER,
  error      TEXT,
  cause      TEXT,
  input      BLOB,
  output     BLOB,
  state      BLOB,
  UNIQUE (name, machine)
) STRICT;

CREATE INDEX executions_due ON executions (lane, due) WHERE lane IS NOT NULL;
CREATE INDEX executions_started ON executions (started_at);

-- One row for each transition that has events.
CREATE TABLE history (
  seq       INTEGER PRIMARY KEY,
  execution INTEGER NOT NULL,
  last      INTEGER NOT NULL, -- id of the last event in the row
  events    BLOB NOT NULL
) STRICT;

CREATE INDEX history_execution ON history (execution, last);

CREATE TABLE notifications (
  seq          INTEGER PRIMARY KEY,
  id           TEXT NOT NULL UNIQUE,
  kind         TEXT NOT NULL,
  tenant       TEXT NOT NULL,
  subject      TEXT NOT NULL,
  message      BLOB,
  at           INTEGER NOT NULL,
  attempts     INTEGER NOT NULL,
  last_error   TEXT NOT NULL,
  retry_at     INTEGER NOT NULL,
  delivered_at INTEGER
) STRICT;

CREATE INDEX notifications_undelivered ON notifications (seq, retry_at) WHERE delivered_at IS NULL;

-- One row, written to find out whether the file can be written.
CREATE TABLE ping (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL) STRICT;
