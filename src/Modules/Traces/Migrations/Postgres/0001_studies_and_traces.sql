CREATE TABLE study (
  key            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug           text COLLATE "C" NOT NULL UNIQUE,
  title          text NOT NULL,
  definition     json NOT NULL,
  unknown_fields text NOT NULL,
  owner          uuid,
  -- Goes up with every change of the study, its rights and its participants: what a cached copy is checked against.
  version        bigint NOT NULL DEFAULT 1,
  -- The highest number ever given to a participant; numbers are not used again.
  last_number    bigint NOT NULL DEFAULT 0,
  created_at     timestamptz NOT NULL,
  updated_at     timestamptz NOT NULL
);

CREATE INDEX study_owner ON study (owner) WHERE owner IS NOT NULL;

CREATE TABLE study_right (
  study   bigint NOT NULL REFERENCES study (key) ON DELETE CASCADE,
  account uuid NOT NULL,
  "right" text NOT NULL CHECK ("right" IN ('read', 'write', 'manage', 'identities')),
  PRIMARY KEY (study, account, "right")
);

CREATE INDEX study_right_account ON study_right (account);

CREATE TABLE participant (
  study      bigint NOT NULL,
  number     bigint NOT NULL,
  pseudonym  text COLLATE "C" NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (study, number),
  UNIQUE (study, pseudonym)
);

-- The tie between participant and account, apart from everything that is read without the right to identities.
CREATE TABLE identity (
  study    bigint NOT NULL,
  number   bigint NOT NULL,
  account  uuid NOT NULL,
  username text NOT NULL,
  PRIMARY KEY (study, number),
  UNIQUE (account, study)
);

CREATE TABLE trace (
  position    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  study       bigint NOT NULL,
  id          uuid NOT NULL,
  participant bigint,
  timestamp   text NOT NULL,
  time        timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  session     text COLLATE "C",
  sequence    bigint,
  name        text COLLATE "C" NOT NULL,
  data        json NOT NULL,
  -- Who sent it, where that is not the participant himself.
  sender      uuid
);

CREATE UNIQUE INDEX trace_id ON trace (study, id);
CREATE INDEX trace_study ON trace (study, position);
CREATE INDEX trace_participant ON trace (study, participant, position);
CREATE INDEX trace_session ON trace (study, session, position) WHERE session IS NOT NULL;
CREATE INDEX trace_name ON trace (study, name, position);
CREATE INDEX trace_time ON trace (study, time, position);

CREATE TABLE quarantine (
  position    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  study       bigint NOT NULL,
  id          uuid NOT NULL,
  bytes       bytea NOT NULL,
  reasons     json NOT NULL,
  participant bigint,
  sender      uuid NOT NULL,
  digest      bytea NOT NULL,
  times       bigint NOT NULL DEFAULT 1,
  received_at timestamptz NOT NULL
);

CREATE INDEX quarantine_study ON quarantine (study, position);
CREATE UNIQUE INDEX quarantine_id ON quarantine (study, id);
-- The same bytes from the same sender are kept once, however often they are sent.
CREATE UNIQUE INDEX quarantine_digest ON quarantine (study, sender, digest);

-- What is to be removed, chunk by chunk, without holding up the writer: a whole study, or what one participant sent.
CREATE TABLE removal (
  id           uuid NOT NULL PRIMARY KEY,
  study        bigint NOT NULL,
  participant  bigint,
  account      uuid,
  requested_at timestamptz NOT NULL
);
