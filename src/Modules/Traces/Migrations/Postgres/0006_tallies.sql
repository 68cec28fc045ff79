-- What there is of traces, added up: follows the traces by their position, in the background. Times are microseconds
-- since the Unix epoch, hours are hours since then.
CREATE TABLE tally_state (
  study    bigint PRIMARY KEY,
  -- Goes up with every change of the study's tallies: who has read at one revision writes at that revision or not at all.
  revision bigint NOT NULL,
  -- The position of the last trace that is counted.
  counted  bigint NOT NULL,
  -- When that trace was received.
  as_of    bigint
);

-- Participants whose traces up to a position are to be counted again; none of it done yet where counted is NULL.
CREATE TABLE tally_recount (
  study       bigint NOT NULL,
  participant bigint NOT NULL,
  counted     bigint,
  upto        bigint NOT NULL,
  PRIMARY KEY (study, participant)
);

CREATE TABLE tally_hour (
  study       bigint NOT NULL,
  participant bigint NOT NULL,
  hour        bigint NOT NULL,
  count       bigint NOT NULL,
  first       bigint NOT NULL,
  last        bigint NOT NULL,
  PRIMARY KEY (study, participant, hour)
);

CREATE TABLE tally_name (
  study       bigint NOT NULL,
  participant bigint NOT NULL,
  name        text COLLATE "C" NOT NULL,
  count       bigint NOT NULL,
  first       bigint NOT NULL,
  last        bigint NOT NULL,
  PRIMARY KEY (study, participant, name)
);

-- The value is a JSON literal in one spelling; empty for all values of a field that has too many to tell apart.
CREATE TABLE tally_value (
  study       bigint NOT NULL,
  field       text COLLATE "C" NOT NULL,
  value       text COLLATE "C" NOT NULL,
  participant bigint NOT NULL,
  count       bigint NOT NULL,
  PRIMARY KEY (study, field, value, participant)
);

CREATE INDEX tally_value_participant ON tally_value (study, participant);

-- Fields that have too many values to tell apart.
CREATE TABLE tally_many (
  study bigint NOT NULL,
  field text COLLATE "C" NOT NULL,
  PRIMARY KEY (study, field)
);

-- The session is empty for traces that have none.
CREATE TABLE tally_session (
  study       bigint NOT NULL,
  participant bigint NOT NULL,
  session     text COLLATE "C" NOT NULL,
  count       bigint NOT NULL,
  first       bigint NOT NULL,
  last        bigint NOT NULL,
  -- How many have a sequence number, from where to where, and which numbers came at all and more than once, as ranges;
  -- NULL: too many ranges.
  sequenced   bigint NOT NULL,
  lowest      bigint NOT NULL,
  highest     bigint NOT NULL,
  seen        bytea,
  repeated    bytea,
  missing     bigint,
  surplus     bigint,
  irregular   boolean NOT NULL,
  -- The shortest delays between timestamp and receipt.
  clock       bytea NOT NULL,
  PRIMARY KEY (study, participant, session)
);

CREATE INDEX tally_session_irregular ON tally_session (study, participant) WHERE irregular;
