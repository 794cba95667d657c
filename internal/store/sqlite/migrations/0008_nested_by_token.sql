-- Several tasks may wait for one execution. Nothing that waits is lost: its token is in the document.

CREATE TABLE nested_executions_by_token (
  child_machine TEXT NOT NULL,
  child_name    TEXT NOT NULL,
  token         TEXT NOT NULL, -- of the task that waits
  document      TEXT NOT NULL, -- JSON
  PRIMARY KEY (child_machine, child_name, token)
) STRICT, WITHOUT ROWID;

INSERT INTO nested_executions_by_token
  SELECT child_machine, child_name, document ->> '$.Token', document FROM nested_executions;

DROP TABLE nested_executions;

ALTER TABLE nested_executions_by_token RENAME TO nested_executions;
