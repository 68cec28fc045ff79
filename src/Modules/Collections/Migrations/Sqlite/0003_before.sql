-- What a record was before a change, where the rule for reading could tell the difference: who follows has to hear of what goes out of sight.
CREATE TABLE record_before (
  record     INTEGER NOT NULL REFERENCES record (key) ON DELETE CASCADE,
  -- The place of the change.
  position   INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  data       TEXT NOT NULL,
  PRIMARY KEY (record, position)
) WITHOUT ROWID;
CREATE INDEX record_before_at ON record_before (at);
