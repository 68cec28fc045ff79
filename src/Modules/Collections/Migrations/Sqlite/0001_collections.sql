CREATE TABLE collection (
  key        INTEGER PRIMARY KEY AUTOINCREMENT,
  space      TEXT NOT NULL,
  name       TEXT NOT NULL,
  -- Fields with their ids, rules and the rest, as JSON.
  definition TEXT NOT NULL,
  revision   INTEGER NOT NULL,
  -- NULL once the person who declared it was erased.
  owner      BLOB,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (space, name)
);

-- Apart from the definition, as every change of a record changes it: the place of the last change, and how many records there are.
CREATE TABLE collection_count (
  collection INTEGER NOT NULL PRIMARY KEY,
  position   INTEGER NOT NULL DEFAULT 0,
  records    INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- Times are microseconds since 1970 in both dialects, so that a filter compares them with those in data.
CREATE TABLE record (
  key        INTEGER PRIMARY KEY AUTOINCREMENT,
  collection INTEGER NOT NULL,
  id         BLOB NOT NULL,
  owner      BLOB,
  position   INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER,
  -- A JSON object: the number of a field and its value. What has no value is not there.
  data       TEXT NOT NULL
);

CREATE UNIQUE INDEX record_id ON record (collection, id);
CREATE INDEX record_position ON record (collection, position);
CREATE INDEX record_live ON record (collection, key) WHERE deleted_at IS NULL;
CREATE INDEX record_owner ON record (owner, key) WHERE owner IS NOT NULL;
CREATE INDEX record_deleted ON record (deleted_at) WHERE deleted_at IS NOT NULL;

-- The values of indexed fields, of records that are not deleted. rank is 0 for those without a value: they come first.
CREATE TABLE value_text (
  field  INTEGER NOT NULL,
  rank   INTEGER NOT NULL,
  value  TEXT NOT NULL,
  record INTEGER NOT NULL,
  PRIMARY KEY (field, rank, value, record)
) WITHOUT ROWID;

CREATE TABLE value_whole (
  field  INTEGER NOT NULL,
  rank   INTEGER NOT NULL,
  value  INTEGER NOT NULL,
  record INTEGER NOT NULL,
  PRIMARY KEY (field, rank, value, record)
) WITHOUT ROWID;

CREATE TABLE value_real (
  field  INTEGER NOT NULL,
  rank   INTEGER NOT NULL,
  value  REAL NOT NULL,
  record INTEGER NOT NULL,
  PRIMARY KEY (field, rank, value, record)
) WITHOUT ROWID;

CREATE TABLE value_unique (
  field  INTEGER NOT NULL,
  value  TEXT NOT NULL,
  record INTEGER NOT NULL,
  PRIMARY KEY (field, value)
) WITHOUT ROWID;

-- Which record refers to which, by the id of the other.
CREATE TABLE record_link (
  field  INTEGER NOT NULL,
  record INTEGER NOT NULL REFERENCES record (key) ON DELETE CASCADE,
  target BLOB NOT NULL,
  PRIMARY KEY (record, field, target)
) WITHOUT ROWID;

-- What became of a record, where its collection keeps that.
CREATE TABLE record_history (
  record   INTEGER NOT NULL REFERENCES record (key) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  actor    BLOB,
  action   TEXT NOT NULL,
  data     TEXT NOT NULL,
  PRIMARY KEY (record, position)
) WITHOUT ROWID;
CREATE INDEX record_history_actor ON record_history (actor) WHERE actor IS NOT NULL;
