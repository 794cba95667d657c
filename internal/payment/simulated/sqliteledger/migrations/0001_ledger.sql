-- The ledger of the simulated payment gateway. Amounts are in minor units, times in
-- microseconds since 1970 UTC.

CREATE TABLE payment (
  id             INTEGER PRIMARY KEY, -- the ref is sim_<id>
  payment_id     TEXT NOT NULL,
  reservation_id TEXT NOT NULL,
  amount         INTEGER NOT NULL CHECK (amount > 0),
  currency       TEXT NOT NULL,
  method         TEXT NOT NULL,
  status         TEXT NOT NULL,
  captured       INTEGER NOT NULL CHECK (captured IN (0, amount)),
  refunded       INTEGER NOT NULL CHECK (refunded IN (0, captured)),
  decline_code   TEXT NOT NULL,
  authorized_at  INTEGER,
  silent_until   INTEGER,
  created_at     INTEGER NOT NULL
) STRICT;

-- One row for each call that was executed: its key, its effect and its answer.
-- Rows are added and never changed.
CREATE TABLE entry (
  seq            INTEGER PRIMARY KEY,
  operation      TEXT NOT NULL,
  key            TEXT NOT NULL UNIQUE,
  payment        INTEGER REFERENCES payment, -- NULL: a create that failed
  payment_id     TEXT NOT NULL,
  reservation_id TEXT NOT NULL,
  method         TEXT NOT NULL,
  outcome        TEXT NOT NULL,
  effective      INTEGER NOT NULL CHECK (effective IN (0, 1)),
  reason         TEXT NOT NULL,
  amount         INTEGER NOT NULL,
  currency       TEXT NOT NULL,
  at             INTEGER NOT NULL,
  -- the payment afterwards, as the answer has it
  status         TEXT NOT NULL,
  captured       INTEGER NOT NULL,
  refunded       INTEGER NOT NULL,
  decline_code   TEXT NOT NULL,
  authorized_at  INTEGER,
  silent_until   INTEGER
) STRICT;

CREATE INDEX entry_by_reservation ON entry (reservation_id);
