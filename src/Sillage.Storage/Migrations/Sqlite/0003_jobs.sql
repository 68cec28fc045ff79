-- Work to be done: a row leaves with the effect of its job, unless the job recurs.
CREATE TABLE sillage_job (
  id           BLOB NOT NULL PRIMARY KEY,
  kind         TEXT NOT NULL,
  -- Of what there is to be one job at a time; null for what may be there many times.
  key          TEXT,
  arguments    TEXT NOT NULL,
  queued_at    INTEGER NOT NULL,
  due_at       INTEGER NOT NULL,
  -- Times that it was begun and did not end well.
  attempts     INTEGER NOT NULL DEFAULT 0,
  -- Times that it was asked for again while it was there.
  asked        INTEGER NOT NULL DEFAULT 0,
  -- Who is at it: another one for each time that it is begun.
  lease        BLOB,
  leased_until INTEGER,
  progress     TEXT,
  error        TEXT,
  parked_at    INTEGER,
  trace_parent TEXT
) WITHOUT ROWID;

CREATE UNIQUE INDEX sillage_job_key ON sillage_job (kind, key) WHERE key IS NOT NULL;
CREATE INDEX sillage_job_due ON sillage_job (kind, due_at, id) WHERE lease IS NULL AND parked_at IS NULL;
CREATE INDEX sillage_job_leased ON sillage_job (kind) WHERE lease IS NOT NULL;
