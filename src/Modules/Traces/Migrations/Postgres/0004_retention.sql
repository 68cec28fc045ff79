-- For how many days after their receipt a study keeps traces; NULL for ever.
ALTER TABLE study ADD COLUMN retention_days bigint;

-- What retention is to remove or has removed. It is being worked on as long as it has not finished.
CREATE TABLE retention_run (
  id           uuid NOT NULL PRIMARY KEY,
  study        bigint NOT NULL REFERENCES study (key) ON DELETE CASCADE,
  -- Who asked for it; NULL for the daily job.
  actor        uuid,
  days         bigint NOT NULL,
  cutoff       timestamptz NOT NULL,
  started_at   timestamptz NOT NULL,
  finished_at  timestamptz,
  -- Whether it ended early, because the study's retention was changed on the way.
  cut_short    boolean NOT NULL DEFAULT false,
  traces       bigint NOT NULL DEFAULT 0,
  quarantined  bigint NOT NULL DEFAULT 0,
  oldest       timestamptz,
  newest       timestamptz
);

CREATE INDEX retention_run_study ON retention_run (study, started_at, id);
CREATE INDEX retention_run_open ON retention_run (started_at) WHERE finished_at IS NULL;

-- Traces that stand far behind others received at their time, as they were put back out of quarantine.
CREATE TABLE trace_late (
  study       bigint NOT NULL REFERENCES study (key) ON DELETE CASCADE,
  received_at timestamptz NOT NULL,
  position    bigint NOT NULL,
  PRIMARY KEY (study, received_at, position)
);

CREATE INDEX quarantine_received ON quarantine (study, received_at);
