-- The outbox only carries now: what failed is the subscriber's affair. Copied, since SQLite before 3.35.5 drops columns badly;
-- what was set aside goes on its way again.
CREATE TABLE sillage_outbox_new (
  sequence     INTEGER PRIMARY KEY AUTOINCREMENT,
  id           BLOB NOT NULL,
  name         TEXT NOT NULL,
  version      INTEGER NOT NULL DEFAULT 1,
  key          TEXT NOT NULL DEFAULT '',
  occurred_at  INTEGER NOT NULL,
  payload      TEXT NOT NULL,
  trace_parent TEXT
);

INSERT INTO sillage_outbox_new (sequence, id, name, occurred_at, payload, trace_parent)
SELECT sequence, id, name, occurred_at, payload, trace_parent FROM sillage_outbox ORDER BY sequence;

DROP TABLE sillage_outbox;

ALTER TABLE sillage_outbox_new RENAME TO sillage_outbox;

-- Events that this module hears of, until its handlers have had their effect of them; sillage_inbox marks which have.
CREATE TABLE sillage_received (
  sequence     INTEGER PRIMARY KEY AUTOINCREMENT,
  id           BLOB NOT NULL UNIQUE,
  name         TEXT NOT NULL,
  version      INTEGER NOT NULL,
  source       TEXT NOT NULL,
  key          TEXT NOT NULL,
  occurred_at  INTEGER NOT NULL,
  payload      TEXT NOT NULL,
  trace_parent TEXT,
  attempts     INTEGER NOT NULL DEFAULT 0,
  error        TEXT,
  next_at      INTEGER,
  parked_at    INTEGER
);

CREATE INDEX sillage_received_next ON sillage_received (key, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX sillage_received_parked ON sillage_received (id) WHERE parked_at IS NOT NULL;
