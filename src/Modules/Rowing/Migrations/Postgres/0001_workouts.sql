CREATE TABLE workout (
  -- Older clients know workouts by a number.
  number      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id          uuid NOT NULL UNIQUE,
  account_id  uuid NOT NULL,
  machine     text NOT NULL,
  state       text NOT NULL CHECK (state IN ('live', 'closed')),
  source      text NOT NULL,
  started_at  timestamptz NOT NULL,
  ended_at    timestamptz,
  -- Centimetres and milliseconds of work; what the monitor said, or else what follows from the strokes.
  distance    bigint,
  duration    bigint,
  privacy     text NOT NULL,
  detail      text NOT NULL,
  strokes     bigint NOT NULL DEFAULT 0,
  -- The richer record of the same session, of which this is a copy.
  copy_of     uuid,
  created_at  timestamptz NOT NULL,
  updated_at  timestamptz NOT NULL
);

CREATE INDEX workout_log ON workout (account_id, started_at, number);
CREATE INDEX workout_live ON workout (updated_at) WHERE state = 'live';
CREATE INDEX workout_copy ON workout (copy_of) WHERE copy_of IS NOT NULL;
CREATE INDEX workout_updated ON workout (updated_at);

CREATE TABLE stroke_batch (
  workout bigint NOT NULL REFERENCES workout (number) ON DELETE CASCADE,
  -- The number of its first stroke in the session, from 0.
  first   bigint NOT NULL,
  strokes bigint NOT NULL,
  packed  bytea NOT NULL,
  UNIQUE (workout, first)
);

-- What was deleted, so that whoever has a copy can follow.
CREATE TABLE workout_deletion (
  position   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id uuid NOT NULL,
  workout    uuid NOT NULL,
  number     bigint NOT NULL,
  deleted_at timestamptz NOT NULL
);

CREATE INDEX workout_deletion_account ON workout_deletion (account_id, position);
CREATE INDEX workout_deletion_time ON workout_deletion (deleted_at);
