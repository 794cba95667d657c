-- Atomic imports. The apartments of an import that is not published have its seq in
-- apartments.batch and are shown to nobody; see visible.go.

CREATE TABLE imports (
  seq    INTEGER PRIMARY KEY, -- in the order of creation
  id     TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL,
  open   INTEGER NOT NULL,    -- something is left to do for its execution
  item   TEXT NOT NULL        -- JSON: the whole import
) STRICT;

-- Sparse: the sweeper's.
CREATE INDEX imports_open ON imports (seq) WHERE open = 1;

CREATE TABLE import_parts (
  import INTEGER NOT NULL, -- seq
  part   INTEGER NOT NULL,
  data   BLOB NOT NULL,
  PRIMARY KEY (import, part)
) STRICT;

CREATE TABLE import_chunks (
  import  INTEGER NOT NULL, -- seq
  number  INTEGER NOT NULL,
  state   TEXT NOT NULL,
  rows    INTEGER NOT NULL,
  first   INTEGER NOT NULL, -- lines of the file
  last    INTEGER NOT NULL,
  outcome TEXT NOT NULL,    -- JSON
  records TEXT,             -- JSON; NULL once cleared away
  PRIMARY KEY (import, number)
) STRICT;

ALTER TABLE apartments ADD COLUMN batch INTEGER; -- seq of the atomic import it came by

CREATE INDEX apartments_batch ON apartments (batch) WHERE batch IS NOT NULL;
