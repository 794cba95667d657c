-- A trip, and an item of each kind where it has one. Times and money as in 0001.

CREATE TABLE trips (
  seq            INTEGER PRIMARY KEY, -- in the order of creation
  id             TEXT NOT NULL UNIQUE,
  tenant_id      TEXT NOT NULL,
  request        TEXT NOT NULL,       -- JSON
  status         TEXT NOT NULL,
  charge         TEXT,                -- JSON: what the gateway was asked for
  undone         TEXT NOT NULL,       -- a JSON array of steps
  not_undone     TEXT NOT NULL,       -- a JSON array
  failure_error  TEXT NOT NULL,
  failure_cause  TEXT NOT NULL,
  started        INTEGER NOT NULL,
  repairs        INTEGER NOT NULL,
  repaired_at    INTEGER,
  execution_name TEXT NOT NULL,
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL,
  ended_at       INTEGER,
  timeline       TEXT NOT NULL        -- JSON
) STRICT;

-- Sparse: they hold only what is left to do, however many trips there were.
CREATE INDEX trips_to_start   ON trips (created_at) WHERE started = 0;
CREATE INDEX trips_unfinished ON trips (updated_at) WHERE status IN ('BOOKING', 'COMPENSATING');
CREATE INDEX trips_attention  ON trips (ended_at) WHERE status = 'NEEDS_ATTENTION';

CREATE TABLE trip_hotels (
  trip_id            TEXT PRIMARY KEY,
  id                 TEXT NOT NULL,
  transaction_status TEXT NOT NULL,
  hotel              TEXT NOT NULL, -- '' for an apartment of ours
  check_in           INTEGER,
  check_out          INTEGER,
  apartment_id       TEXT,
  reservation_id     TEXT,
  epoch              INTEGER,
  price              INTEGER,
  currency           TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE trip_flights (
  trip_id            TEXT PRIMARY KEY,
  id                 TEXT NOT NULL,
  transaction_status TEXT NOT NULL,
  depart_city        TEXT NOT NULL,
  depart_time        INTEGER NOT NULL,
  arrive_city        TEXT NOT NULL,
  arrive_time        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE trip_car_rentals (
  trip_id            TEXT PRIMARY KEY,
  id                 TEXT NOT NULL,
  transaction_status TEXT NOT NULL,
  rental             TEXT NOT NULL,
  rental_from        INTEGER NOT NULL,
  rental_to          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE trip_payments (
  trip_id            TEXT PRIMARY KEY,
  id                 TEXT NOT NULL,
  transaction_status TEXT NOT NULL,
  amount             INTEGER NOT NULL,
  currency           TEXT NOT NULL,
  lines              TEXT NOT NULL  -- a JSON array
) STRICT, WITHOUT ROWID;
