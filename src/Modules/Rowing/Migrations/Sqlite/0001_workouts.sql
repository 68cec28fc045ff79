CREATE TABLE workout (
  -- Older clients know workouts by a number.
  number      INTEGER PRIMARY KEY AUTOINCREMENT,
  id          BLOB NOT NULL UNIQUE,
  account_id  BLOB NOT NULL,
  machine     TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('live', 'closed')),
  source      TEXT NOT NULL,
  started_at  INTEGER NOT NULL,
  ended_at    INTEGER,
  -- Centimetres and milliseconds of work; what the monitor said, or else what follows from the strokes.
  distance    INTEGER,
  duration    INTEGER,
  privacy     TEXT NOT NULL,
  detail      TEXT NOT NULL,
  strokes     INTEGER NOT NULL DEFAULT 0,
  -- The richer record of the same session, of which this is a copy.
  copy_of     BLOB,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL
);

CREATE INDEX workout_log ON workout (account_id, started_at, number);
CREATE INDEX workout_live ON workout (updated_at) WHERE state = 'live';
CREATE INDEX workout_copy ON workout (copy_of) WHERE copy_of IS NOT NULL;
CREATE INDEX workout_updated ON workout (updated_at);

CREATE TABLE stroke_batch (
  workout INTEGER NOT NULL REFERENCES workout (number) ON DELETE CASCADE,
  -- The number of its first stroke in the session, from 0.
  first   INTEGER NOT NULL,
  strokes INTEGER NOT NULL,
  packed  BLOB NOT NULL,
  UNIQUE (workout, first)
);

-- What was deleted, so that whoever has a copy can follow.
CREATE TABLE workout_deletion (
  position   INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id BLOB NOT NULL,
  workout    BLOB NOT NULL,
  number     INTEGER NOT NULL,
  deleted_at INTEGER NOT NULL
);

CREATE INDEX workout_deletion_account ON workout_deletion (account_id, position);
CREATE INDEX workout_deletion_time ON workout_deletion (deleted_at);
