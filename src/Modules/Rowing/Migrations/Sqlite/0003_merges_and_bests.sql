CREATE TABLE merge (
  id         BLOB PRIMARY KEY,
  account_id BLOB NOT NULL,
  kept       BLOB NOT NULL,
  copy       BLOB NOT NULL,
  reason     TEXT NOT NULL,
  merged_at  INTEGER NOT NULL,
  -- Two that were parted are not put together again.
  undone_at  INTEGER
);

CREATE INDEX merge_kept ON merge (kept);
CREATE INDEX merge_copy ON merge (copy);
CREATE INDEX merge_account ON merge (account_id);

CREATE TABLE best (
  workout      INTEGER NOT NULL REFERENCES workout (number) ON DELETE CASCADE,
  account_id   BLOB NOT NULL,
  machine      TEXT NOT NULL,
  weight_class TEXT,
  -- A distance in metres (d2000) or a time in seconds (t1800).
  piece        TEXT NOT NULL,
  -- Whether the whole session was this piece; else it is the best of this length within it.
  whole        INTEGER NOT NULL,
  -- The less the better: milliseconds over a distance, centimetres in a time below zero.
  value        INTEGER NOT NULL,
  PRIMARY KEY (workout, piece, whole)
) WITHOUT ROWID;

CREATE INDEX best_record ON best (account_id, machine, piece, whole, value);
