-- A process with people connected to it, and until when it is believed to be there unless it says so again.
CREATE TABLE presence_process (
  process    TEXT PRIMARY KEY,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;

-- Who is connected to which process, and whether all of their connections there are away.
CREATE TABLE presence_lease (
  process    TEXT NOT NULL,
  account_id BLOB NOT NULL,
  is_away    INTEGER NOT NULL,
  PRIMARY KEY (process, account_id)
) WITHOUT ROWID;

CREATE INDEX presence_lease_account ON presence_lease (account_id);

-- What the leases of all processes come to, as it was last told.
CREATE TABLE presence (
  account_id   BLOB PRIMARY KEY,
  state        TEXT NOT NULL CHECK (state IN ('online', 'away', 'offline')),
  is_hidden    INTEGER NOT NULL,
  last_seen_at INTEGER,
  version      INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX presence_version ON presence (version);

-- The last version that was given; whoever changes presence holds it, so that versions are committed in their order.
CREATE TABLE presence_clock (
  id      INTEGER PRIMARY KEY CHECK (id = 1),
  version INTEGER NOT NULL
);

INSERT INTO presence_clock (id, version) VALUES (1, 0);
