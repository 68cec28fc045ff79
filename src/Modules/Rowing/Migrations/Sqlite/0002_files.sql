CREATE TABLE file (
  id          BLOB PRIMARY KEY,
  account_id  BLOB NOT NULL,
  name        TEXT,
  size        INTEGER NOT NULL,
  digest      BLOB NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('waiting', 'read', 'failed')),
  -- What was said of it with it, and what was understood of it.
  hints       TEXT NOT NULL,
  report      TEXT,
  -- Gone once it is read.
  content     BLOB,
  uploaded_at INTEGER NOT NULL
);

CREATE INDEX file_account ON file (account_id, id);
CREATE INDEX file_digest ON file (account_id, digest);
CREATE INDEX file_uploaded ON file (uploaded_at);
