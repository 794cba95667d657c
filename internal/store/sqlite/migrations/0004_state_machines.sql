-- What `vacancy workflow serve` keeps beside its executions.

CREATE TABLE state_machines (
  name       TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  document   TEXT NOT NULL, -- JSON: the revision
  PRIMARY KEY (name, updated_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE nested_executions (
  child_machine TEXT NOT NULL,
  child_name    TEXT NOT NULL,
  document      TEXT NOT NULL, -- JSON: who waits for it
  PRIMARY KEY (child_machine, child_name)
) STRICT, WITHOUT ROWID;

CREATE TABLE execution_traits (
  machine  TEXT NOT NULL,
  name     TEXT NOT NULL,
  document TEXT NOT NULL, -- JSON
  PRIMARY KEY (machine, name)
) STRICT, WITHOUT ROWID;
