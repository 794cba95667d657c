-- Move-in orders: the saga's own record, and an item for each step that is done. What a
-- compensation undoes is deleted from order_items in the transaction that notes it here.

CREATE TABLE orders (
  seq          INTEGER PRIMARY KEY,
  id           TEXT NOT NULL UNIQUE,
  tenant_id    TEXT NOT NULL,
  fingerprint  TEXT NOT NULL, -- of what was ordered
  status       TEXT NOT NULL,
  started      INTEGER NOT NULL,
  repairs      INTEGER NOT NULL,
  repaired_at  INTEGER,
  task_token   TEXT,
  look_at      INTEGER,       -- when the sweeper looks at it; NULL: never
  placed_at    INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  ended_at     INTEGER,
  compensating TEXT,          -- JSON: steps
  undone       TEXT,          -- JSON: steps
  failure      TEXT,          -- JSON
  not_undone   TEXT,          -- JSON
  timeline     TEXT NOT NULL  -- JSON
) STRICT;

-- Sparse: it holds only what is left to do.
CREATE INDEX orders_due ON orders (look_at, id) WHERE look_at IS NOT NULL;

CREATE TABLE order_items (
  order_id TEXT NOT NULL,
  step     TEXT NOT NULL, -- that made it: CreateOrder, ProcessPayment, ProcessShipment
  item     TEXT NOT NULL, -- JSON
  PRIMARY KEY (order_id, step)
) STRICT, WITHOUT ROWID;
