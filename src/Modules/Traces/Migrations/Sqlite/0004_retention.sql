-- For how many days after their receipt a study keeps traces; NULL for ever.
ALTER TABLE study ADD COLUMN retention_days INTEGER;

-- What retention is to remove or has removed. It is being worked on as long as it has not finished.
CREATE TABLE retention_run (
  id           BLOB NOT NULL PRIMARY KEY,
  study        INTEGER NOT NULL REFERENCES study (key) ON DELETE CASCADE,
  -- Who asked for it; NULL for the daily job.
  actor        BLOB,
  days         INTEGER NOT NULL,
  cutoff       INTEGER NOT NULL,
  started_at   INTEGER NOT NULL,
  finished_at  INTEGER,
  -- Whether it ended early, because the study's retention was changed on the way.
  cut_short    INTEGER NOT NULL DEFAULT 0,
  traces       INTEGER NOT NULL DEFAULT 0,
  quarantined  INTEGER NOT NULL DEFAULT 0,
  oldest       INTEGER,
  newest       INTEGER
) WITHOUT ROWID;

CREATE INDEX retention_run_study ON retention_run (study, started_at, id);
CREATE INDEX retention_run_open ON retention_run (started_at) WHERE finished_at IS NULL;

-- Traces that stand far behind others received at their time, as they were put back out of quarantine.
CREATE TABLE trace_late (
  study       INTEGER NOT NULL REFERENCES study (key) ON DELETE CASCADE,
  received_at INTEGER NOT NULL,
  position    INTEGER NOT NULL,
  PRIMARY KEY (study, received_at, position)
) WITHOUT ROWID;

CREATE INDEX quarantine_received ON quarantine (study, received_at);
