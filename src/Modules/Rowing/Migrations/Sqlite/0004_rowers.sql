CREATE TABLE rower (
  -- Older clients know rowers by a number.
  number     INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id BLOB NOT NULL UNIQUE,
  profile    TEXT NOT NULL,
  updated_at INTEGER NOT NULL
);
