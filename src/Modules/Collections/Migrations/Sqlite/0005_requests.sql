-- Who asked what of the collections of a space, kept for days; no bodies.
CREATE TABLE space_request (
  key        INTEGER PRIMARY KEY AUTOINCREMENT,
  space      TEXT NOT NULL,
  at         INTEGER NOT NULL,
  -- NULL for somebody without an account.
  account    BLOB,
  method     TEXT NOT NULL,
  path       TEXT NOT NULL,
  status     INTEGER NOT NULL
);
CREATE INDEX space_request_space ON space_request (space, key);
CREATE INDEX space_request_at ON space_request (at);
CREATE INDEX space_request_account ON space_request (account, key) WHERE account IS NOT NULL;
