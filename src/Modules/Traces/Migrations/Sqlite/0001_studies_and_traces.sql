CREATE TABLE study (
  key            INTEGER PRIMARY KEY AUTOINCREMENT,
  slug           TEXT NOT NULL UNIQUE,
  title          TEXT NOT NULL,
  definition     TEXT NOT NULL,
  unknown_fields TEXT NOT NULL,
  owner          BLOB,
  -- Goes up with every change of the study, its rights and its participants: what a cached copy is checked against.
  version        INTEGER NOT NULL DEFAULT 1,
  -- The highest number ever given to a participant; numbers are not used again.
  last_number    INTEGER NOT NULL DEFAULT 0,
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL
);

CREATE INDEX study_owner ON study (owner) WHERE owner IS NOT NULL;

CREATE TABLE study_right (
  study   INTEGER NOT NULL REFERENCES study (key) ON DELETE CASCADE,
  account BLOB NOT NULL,
  "right" TEXT NOT NULL CHECK ("right" IN ('read', 'write', 'manage', 'identities')),
  PRIMARY KEY (study, account, "right")
) WITHOUT ROWID;

CREATE INDEX study_right_account ON study_right (account);

CREATE TABLE participant (
  study      INTEGER NOT NULL,
  number     INTEGER NOT NULL,
  pseudonym  TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (study, number),
  UNIQUE (study, pseudonym)
) WITHOUT ROWID;

-- The tie between participant and account, apart from everything that is read without the right to identities.
CREATE TABLE identity (
  study    INTEGER NOT NULL,
  number   INTEGER NOT NULL,
  account  BLOB NOT NULL,
  username TEXT NOT NULL,
  PRIMARY KEY (study, number),
  UNIQUE (account, study)
) WITHOUT ROWID;

CREATE TABLE trace (
  position    INTEGER PRIMARY KEY,
  study       INTEGER NOT NULL,
  id          BLOB NOT NULL,
  participant INTEGER,
  timestamp   TEXT NOT NULL,
  time        INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  session     TEXT,
  sequence    INTEGER,
  name        TEXT NOT NULL,
  data        TEXT NOT NULL,
  -- Who sent it, where that is not the participant himself.
  sender      BLOB
);

-- SQLite ends every index with the rowid, which is the position: each of these reads in the order of storage.
CREATE UNIQUE INDEX trace_id ON trace (study, id);
CREATE INDEX trace_study ON trace (study);
CREATE INDEX trace_participant ON trace (study, participant);
CREATE INDEX trace_session ON trace (study, session) WHERE session IS NOT NULL;
CREATE INDEX trace_name ON trace (study, name);
CREATE INDEX trace_time ON trace (study, time);

-- The last position given out. Positions are never used again, or a reader that keeps one would miss rows.
CREATE TABLE trace_position (last INTEGER NOT NULL);
INSERT INTO trace_position (last) VALUES (0);

CREATE TABLE quarantine (
  position    INTEGER PRIMARY KEY AUTOINCREMENT,
  study       INTEGER NOT NULL,
  id          BLOB NOT NULL,
  bytes       BLOB NOT NULL,
  reasons     TEXT NOT NULL,
  participant INTEGER,
  sender      BLOB NOT NULL,
  digest      BLOB NOT NULL,
  times       INTEGER NOT NULL DEFAULT 1,
  received_at INTEGER NOT NULL
);

CREATE INDEX quarantine_study ON quarantine (study);
CREATE UNIQUE INDEX quarantine_id ON quarantine (study, id);
-- The same bytes from the same sender are kept once, however often they are sent.
CREATE UNIQUE INDEX quarantine_digest ON quarantine (study, sender, digest);

-- What is to be removed, chunk by chunk, without holding up the writer: a whole study, or what one participant sent.
CREATE TABLE removal (
  id           BLOB NOT NULL PRIMARY KEY,
  study        INTEGER NOT NULL,
  participant  INTEGER,
  account      BLOB,
  requested_at INTEGER NOT NULL
) WITHOUT ROWID;
