CREATE TABLE collection (
  key        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  space      text COLLATE "C" NOT NULL,
  name       text COLLATE "C" NOT NULL,
  -- Fields with their ids, rules and the rest, as JSON.
  definition text NOT NULL,
  revision   bigint NOT NULL,
  -- NULL once the person who declared it was erased.
  owner      uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  UNIQUE (space, name)
);

-- Apart from the definition, as every change of a record changes it: the place of the last change, and how many records there are.
CREATE TABLE collection_count (
  collection bigint NOT NULL PRIMARY KEY,
  position   bigint NOT NULL DEFAULT 0,
  records    bigint NOT NULL DEFAULT 0
);

-- Times are microseconds since 1970 in both dialects, so that a filter compares them with those in data.
CREATE TABLE record (
  key        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  collection bigint NOT NULL,
  id         uuid NOT NULL,
  owner      uuid,
  position   bigint NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  deleted_at timestamptz,
  -- A JSON object: the number of a field and its value. What has no value is not there.
  data       jsonb NOT NULL
);

CREATE UNIQUE INDEX record_id ON record (collection, id);
CREATE INDEX record_position ON record (collection, position);
CREATE INDEX record_live ON record (collection, key) WHERE deleted_at IS NULL;
CREATE INDEX record_owner ON record (owner, key) WHERE owner IS NOT NULL;
CREATE INDEX record_deleted ON record (deleted_at) WHERE deleted_at IS NOT NULL;

-- The values of indexed fields, of records that are not deleted. rank is 0 for those without a value: they come first.
CREATE TABLE value_text (
  field  bigint NOT NULL,
  rank   bigint NOT NULL,
  value  text COLLATE "C" NOT NULL,
  record bigint NOT NULL,
  PRIMARY KEY (field, rank, value, record)
);

CREATE TABLE value_whole (
  field  bigint NOT NULL,
  rank   bigint NOT NULL,
  value  bigint NOT NULL,
  record bigint NOT NULL,
  PRIMARY KEY (field, rank, value, record)
);

CREATE TABLE value_real (
  field  bigint NOT NULL,
  rank   bigint NOT NULL,
  value  double precision NOT NULL,
  record bigint NOT NULL,
  PRIMARY KEY (field, rank, value, record)
);

CREATE TABLE value_unique (
  field  bigint NOT NULL,
  value  text COLLATE "C" NOT NULL,
  record bigint NOT NULL,
  PRIMARY KEY (field, value)
);

-- Which record refers to which, by the id of the other.
CREATE TABLE record_link (
  field  bigint NOT NULL,
  record bigint NOT NULL REFERENCES record (key) ON DELETE CASCADE,
  target uuid NOT NULL,
  PRIMARY KEY (record, field, target)
);

-- What became of a record, where its collection keeps that.
CREATE TABLE record_history (
  record   bigint NOT NULL REFERENCES record (key) ON DELETE CASCADE,
  position bigint NOT NULL,
  at       timestamptz NOT NULL,
  actor    uuid,
  action   text NOT NULL,
  data     jsonb NOT NULL,
  PRIMARY KEY (record, position)
);
CREATE INDEX record_history_actor ON record_history (actor) WHERE actor IS NOT NULL;
