-- Work to be done: a row leaves with the effect of its job, unless the job recurs.
CREATE TABLE sillage_job (
  id           uuid NOT NULL PRIMARY KEY,
  kind         text NOT NULL,
  -- Of what there is to be one job at a time; null for what may be there many times.
  key          text,
  arguments    text NOT NULL,
  queued_at    timestamptz NOT NULL,
  due_at       timestamptz NOT NULL,
  -- Times that it was begun and did not end well.
  attempts     bigint NOT NULL DEFAULT 0,
  -- Times that it was asked for again while it was there.
  asked        bigint NOT NULL DEFAULT 0,
  -- Who is at it: another one for each time that it is begun.
  lease        uuid,
  leased_until timestamptz,
  progress     text,
  error        text,
  parked_at    timestamptz,
  trace_parent text
);

CREATE UNIQUE INDEX sillage_job_key ON sillage_job (kind, key) WHERE key IS NOT NULL;
CREATE INDEX sillage_job_due ON sillage_job (kind, due_at, id) WHERE lease IS NULL AND parked_at IS NULL;
CREATE INDEX sillage_job_leased ON sillage_job (kind) WHERE lease IS NOT NULL;
