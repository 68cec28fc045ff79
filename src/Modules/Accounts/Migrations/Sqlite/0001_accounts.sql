CREATE TABLE account (
  id                 BLOB NOT NULL PRIMARY KEY,
  username           TEXT NOT NULL,
  username_key       TEXT NOT NULL UNIQUE,
  email              TEXT,
  email_key          TEXT,
  display_name       TEXT,
  display_name_key   TEXT,
  role               TEXT NOT NULL,
  password_hash      TEXT NOT NULL,
  password_generated INTEGER NOT NULL,
  security_stamp     TEXT NOT NULL,
  disabled           INTEGER NOT NULL,
  failed_logins      INTEGER NOT NULL,
  locked_until       INTEGER,
  created_at         INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX account_email ON account (email_key) WHERE email_key IS NOT NULL;
CREATE INDEX account_role ON account (role, username_key);

-- A wrong password for a name that nobody has is written down here, so that it takes as long as one for a name that is.
CREATE TABLE nobody (
  id            INTEGER NOT NULL PRIMARY KEY,
  failed_logins INTEGER NOT NULL
);

INSERT INTO nobody (id, failed_logins) VALUES (1, 0);

-- A session that has ended is a row that is gone.
CREATE TABLE session (
  id           BLOB NOT NULL PRIMARY KEY,
  account_id   BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  user_agent   TEXT,
  created_at   INTEGER NOT NULL,
  refreshed_at INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX session_account ON session (account_id, id);
CREATE INDEX session_expires_at ON session (expires_at);

-- All refresh tokens that a session has had, by their SHA-256; one that comes again after its use gives the theft away.
CREATE TABLE refresh_token (
  hash           BLOB NOT NULL PRIMARY KEY,
  session_id     BLOB NOT NULL REFERENCES session (id) ON DELETE CASCADE,
  expires_at     INTEGER NOT NULL,
  used_at        INTEGER,
  successor_salt BLOB
) WITHOUT ROWID;

CREATE INDEX refresh_token_session ON refresh_token (session_id);
CREATE INDEX refresh_token_expires_at ON refresh_token (expires_at);

CREATE TABLE api_key (
  id           BLOB NOT NULL PRIMARY KEY,
  account_id   BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  hash         BLOB NOT NULL UNIQUE,
  name         TEXT,
  hint         TEXT NOT NULL,
  permissions  TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER,
  last_used_at INTEGER
) WITHOUT ROWID;

CREATE INDEX api_key_account ON api_key (account_id, id);

CREATE TABLE signing_key (
  kid        TEXT NOT NULL PRIMARY KEY,
  pkcs8      BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  signs_from INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE setup_token (
  hash       BLOB NOT NULL PRIMARY KEY,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;
