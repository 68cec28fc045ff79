-- What there is of traces, added up: follows the traces by their position, in the background. Times are microseconds
-- since the Unix epoch, hours are hours since then.
CREATE TABLE tally_state (
  study    INTEGER PRIMARY KEY,
  -- Goes up with every change of the study's tallies: who has read at one revision writes at that revision or not at all.
  revision INTEGER NOT NULL,
  -- The position of the last trace that is counted.
  counted  INTEGER NOT NULL,
  -- When that trace was received.
  as_of    INTEGER
);

-- Participants whose traces up to a position are to be counted again; none of it done yet where counted is NULL.
CREATE TABLE tally_recount (
  study       INTEGER NOT NULL,
  participant INTEGER NOT NULL,
  counted     INTEGER,
  upto        INTEGER NOT NULL,
  PRIMARY KEY (study, participant)
) WITHOUT ROWID;

CREATE TABLE tally_hour (
  study       INTEGER NOT NULL,
  participant INTEGER NOT NULL,
  hour        INTEGER NOT NULL,
  count       INTEGER NOT NULL,
  first       INTEGER NOT NULL,
  last        INTEGER NOT NULL,
  PRIMARY KEY (study, participant, hour)
) WITHOUT ROWID;

CREATE TABLE tally_name (
  study       INTEGER NOT NULL,
  participant INTEGER NOT NULL,
  name        TEXT NOT NULL,
  count       INTEGER NOT NULL,
  first       INTEGER NOT NULL,
  last        INTEGER NOT NULL,
  PRIMARY KEY (study, participant, name)
) WITHOUT ROWID;

-- The value is a JSON literal in one spelling; empty for all values of a field that has too many to tell apart.
CREATE TABLE tally_value (
  study       INTEGER NOT NULL,
  field       TEXT NOT NULL,
  value       TEXT NOT NULL,
  participant INTEGER NOT NULL,
  count       INTEGER NOT NULL,
  PRIMARY KEY (study, field, value, participant)
) WITHOUT ROWID;

CREATE INDEX tally_value_participant ON tally_value (study, participant);

-- Fields that have too many values to tell apart.
CREATE TABLE tally_many (
  study INTEGER NOT NULL,
  field TEXT NOT NULL,
  PRIMARY KEY (study, field)
) WITHOUT ROWID;

-- The session is empty for traces that have none.
CREATE TABLE tally_session (
  study       INTEGER NOT NULL,
  participant INTEGER NOT NULL,
  session     TEXT NOT NULL,
  count       INTEGER NOT NULL,
  first       INTEGER NOT NULL,
  last        INTEGER NOT NULL,
  -- How many have a sequence number, from where to where, and which numbers came at all and more than once, as ranges;
  -- NULL: too many ranges.
  sequenced   INTEGER NOT NULL,
  lowest      INTEGER NOT NULL,
  highest     INTEGER NOT NULL,
  seen        BLOB,
  repeated    BLOB,
  missing     INTEGER,
  surplus     INTEGER,
  irregular   INTEGER NOT NULL,
  -- The shortest delays between timestamp and receipt.
  clock       BLOB NOT NULL,
  PRIMARY KEY (study, participant, session)
) WITHOUT ROWID;

CREATE INDEX tally_session_irregular ON tally_session (study, participant) WHERE irregular;
