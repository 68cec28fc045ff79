-- Events on their way out; a row leaves once the bus has it.
CREATE TABLE sillage_outbox (
  sequence     INTEGER PRIMARY KEY AUTOINCREMENT,
  id           BLOB NOT NULL,
  name         TEXT NOT NULL,
  occurred_at  INTEGER NOT NULL,
  payload      TEXT NOT NULL,
  trace_parent TEXT,
  attempts     INTEGER NOT NULL DEFAULT 0,
  error        TEXT,
  failed_at    INTEGER
);

CREATE INDEX sillage_outbox_failed ON sillage_outbox (failed_at) WHERE failed_at IS NOT NULL;

-- Events that this module's handlers have had their effect of.
CREATE TABLE sillage_inbox (
  event_id   BLOB NOT NULL,
  handler    TEXT NOT NULL,
  handled_at INTEGER NOT NULL,
  PRIMARY KEY (event_id, handler)
) WITHOUT ROWID;

CREATE INDEX sillage_inbox_handled_at ON sillage_inbox (handled_at);

CREATE TABLE sillage_audit (
  id      BLOB NOT NULL PRIMARY KEY,
  at      INTEGER NOT NULL,
  action  TEXT NOT NULL,
  actor   BLOB,
  subject TEXT NOT NULL,
  details TEXT
) WITHOUT ROWID;

CREATE INDEX sillage_audit_subject ON sillage_audit (subject, id);
CREATE INDEX sillage_audit_actor ON sillage_audit (actor, id);

-- Replies kept so that a request sent twice with one Idempotency-Key has its effect once.
CREATE TABLE sillage_idempotency (
  scope        TEXT NOT NULL,
  key_hash     BLOB NOT NULL,
  request_hash BLOB NOT NULL,
  reply        BLOB NOT NULL,
  created_at   INTEGER NOT NULL,
  PRIMARY KEY (scope, key_hash)
) WITHOUT ROWID;

CREATE INDEX sillage_idempotency_created_at ON sillage_idempotency (created_at);
