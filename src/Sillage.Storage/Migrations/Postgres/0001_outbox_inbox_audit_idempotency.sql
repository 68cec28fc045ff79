-- Events on their way out; a row leaves once the bus has it.
CREATE TABLE sillage_outbox (
  sequence     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id           uuid NOT NULL,
  name         text NOT NULL,
  occurred_at  timestamptz NOT NULL,
  payload      text NOT NULL,
  trace_parent text,
  attempts     bigint NOT NULL DEFAULT 0,
  error        text,
  failed_at    timestamptz
);

CREATE INDEX sillage_outbox_failed ON sillage_outbox (failed_at) WHERE failed_at IS NOT NULL;

-- Events that this module's handlers have had their effect of.
CREATE TABLE sillage_inbox (
  event_id   uuid NOT NULL,
  handler    text NOT NULL,
  handled_at timestamptz NOT NULL,
  PRIMARY KEY (event_id, handler)
);

CREATE INDEX sillage_inbox_handled_at ON sillage_inbox (handled_at);

CREATE TABLE sillage_audit (
  id      uuid NOT NULL PRIMARY KEY,
  at      timestamptz NOT NULL,
  action  text NOT NULL,
  actor   uuid,
  subject text NOT NULL,
  details text
);

CREATE INDEX sillage_audit_subject ON sillage_audit (subject, id);
CREATE INDEX sillage_audit_actor ON sillage_audit (actor, id);

-- Replies kept so that a request sent twice with one Idempotency-Key has its effect once.
CREATE TABLE sillage_idempotency (
  scope        text NOT NULL,
  key_hash     bytea NOT NULL,
  request_hash bytea NOT NULL,
  reply        bytea NOT NULL,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (scope, key_hash)
);

CREATE INDEX sillage_idempotency_created_at ON sillage_idempotency (created_at);
