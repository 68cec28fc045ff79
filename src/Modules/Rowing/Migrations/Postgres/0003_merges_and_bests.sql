CREATE TABLE merge (
  id         uuid PRIMARY KEY,
  account_id uuid NOT NULL,
  kept       uuid NOT NULL,
  copy       uuid NOT NULL,
  reason     text NOT NULL,
  merged_at  timestamptz NOT NULL,
  -- Two that were parted are not put together again.
  undone_at  timestamptz
);

CREATE INDEX merge_kept ON merge (kept);
CREATE INDEX merge_copy ON merge (copy);
CREATE INDEX merge_account ON merge (account_id);

CREATE TABLE best (
  workout      bigint NOT NULL REFERENCES workout (number) ON DELETE CASCADE,
  account_id   uuid NOT NULL,
  machine      text NOT NULL,
  weight_class text,
  -- A distance in metres (d2000) or a time in seconds (t1800).
  piece        text NOT NULL,
  -- Whether the whole session was this piece; else it is the best of this length within it.
  whole        boolean NOT NULL,
  -- The less the better: milliseconds over a distance, centimetres in a time below zero.
  value        bigint NOT NULL,
  PRIMARY KEY (workout, piece, whole)
);

CREATE INDEX best_record ON best (account_id, machine, piece, whole, value);
