-- An app that shows codes (RFC 6238), one an account. Until a code has confirmed it, none is asked for.
CREATE TABLE factor (
  id           BLOB NOT NULL PRIMARY KEY,
  account_id   BLOB NOT NULL UNIQUE REFERENCES account (id) ON DELETE CASCADE,
  secret       BLOB NOT NULL,
  created_at   INTEGER NOT NULL,
  confirmed_at INTEGER,
  -- The step of time whose code was taken last: neither it nor an earlier one is taken again.
  last_step    INTEGER NOT NULL
) WITHOUT ROWID;

-- What gets in without the app, each once; by their SHA-256.
CREATE TABLE recovery_code (
  id         BLOB NOT NULL PRIMARY KEY,
  factor_id  BLOB NOT NULL REFERENCES factor (id) ON DELETE CASCADE,
  hash       BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (factor_id, hash)
) WITHOUT ROWID;
