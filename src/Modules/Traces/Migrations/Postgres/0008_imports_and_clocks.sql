-- How far files have been imported. What lies beside a file says which of these it is, and how the rows are told again.
CREATE TABLE import_run (
  study      bigint NOT NULL REFERENCES study (key) ON DELETE CASCADE,
  id         uuid NOT NULL,
  rows       bigint NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (study, id)
);

-- Of a sender's clock more is kept than before: everything is counted again, in the background.
DELETE FROM tally_hour;
DELETE FROM tally_name;
DELETE FROM tally_value;
DELETE FROM tally_many;
DELETE FROM tally_session;
DELETE FROM tally_recount;
DELETE FROM tally_state;
