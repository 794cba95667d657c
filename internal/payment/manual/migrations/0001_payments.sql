-- Times are nanoseconds since 1970 UTC, money minor units. An absent time is 0.
CREATE TABLE payments (
  number             INTEGER PRIMARY KEY,
  payment_id         TEXT NOT NULL,
  reservation_id     TEXT NOT NULL,
  amount             INTEGER NOT NULL,
  currency           TEXT NOT NULL,
  status             TEXT NOT NULL,
  received_method    TEXT NOT NULL,
  received_reference TEXT NOT NULL,
  received_by        TEXT NOT NULL,
  authorized_at      INTEGER NOT NULL,
  owed_since         INTEGER NOT NULL,
  returned_method    TEXT NOT NULL,
  returned_reference TEXT NOT NULL,
  returned_by        TEXT NOT NULL,
  returned_at        INTEGER NOT NULL,
  created_at         INTEGER NOT NULL
) STRICT;

CREATE INDEX payments_by_id ON payments (payment_id);
CREATE INDEX payments_owed ON payments (number) WHERE owed_since > 0 AND returned_at = 0;

-- What a call was answered with, and is again under its key.
CREATE TABLE answers (
  key    TEXT PRIMARY KEY,
  call   TEXT NOT NULL, -- JSON
  answer TEXT NOT NULL  -- JSON
) STRICT, WITHOUT ROWID;
