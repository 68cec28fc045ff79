-- The outbox only carries now: what failed is the subscriber's affair. What was set aside goes on its way again.
DROP INDEX sillage_outbox_failed;

ALTER TABLE sillage_outbox
  DROP COLUMN attempts,
  DROP COLUMN error,
  DROP COLUMN failed_at,
  ADD COLUMN version bigint NOT NULL DEFAULT 1,
  ADD COLUMN key text NOT NULL DEFAULT '';

-- Events that this module hears of, until its handlers have had their effect of them; sillage_inbox marks which have.
CREATE TABLE sillage_received (
  sequence     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id           uuid NOT NULL UNIQUE,
  name         text NOT NULL,
  version      bigint NOT NULL,
  source       text NOT NULL,
  key          text NOT NULL,
  occurred_at  timestamptz NOT NULL,
  payload      text NOT NULL,
  trace_parent text,
  attempts     bigint NOT NULL DEFAULT 0,
  error        text,
  next_at      timestamptz,
  parked_at    timestamptz
);

CREATE INDEX sillage_received_next ON sillage_received (key, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX sillage_received_parked ON sillage_received (id) WHERE parked_at IS NOT NULL;
