-- How far files have been imported. What lies beside a file says which of these it is, and how the rows are told again.
CREATE TABLE import_run (
  study      INTEGER NOT NULL REFERENCES study (key) ON DELETE CASCADE,
  id         BLOB NOT NULL,
  rows       INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (study, id)
) WITHOUT ROWID;

-- Of a sender's clock more is kept than before: everything is counted again, in the background.
DELETE FROM tally_hour;
DELETE FROM tally_name;
DELETE FROM tally_value;
DELETE FROM tally_many;
DELETE FROM tally_session;
DELETE FROM tally_recount;
DELETE FROM tally_state;
