-- What a record was before a change, where the rule for reading could tell the difference: who follows has to hear of what goes out of sight.
CREATE TABLE record_before (
  record     bigint NOT NULL REFERENCES record (key) ON DELETE CASCADE,
  -- The place of the change.
  position   bigint NOT NULL,
  at         timestamptz NOT NULL,
  updated_at bigint NOT NULL,
  data       jsonb NOT NULL,
  PRIMARY KEY (record, position)
);
CREATE INDEX record_before_at ON record_before (at);
