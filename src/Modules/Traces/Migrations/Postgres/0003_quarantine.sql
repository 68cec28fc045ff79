-- What rejected traces have in common: a code for their faults, the same for all that failed alike.
ALTER TABLE quarantine ADD COLUMN reason text COLLATE "C" NOT NULL DEFAULT 'earlier';
-- Whether the sender might name other participants when he sent it. Put back, it is judged by that.
ALTER TABLE quarantine ADD COLUMN may_name boolean NOT NULL DEFAULT false;
-- received_at is when the same bytes came last.
ALTER TABLE quarantine ADD COLUMN first_received_at timestamptz;
UPDATE quarantine SET first_received_at = received_at;
ALTER TABLE quarantine ALTER COLUMN first_received_at SET NOT NULL;

CREATE INDEX quarantine_reason ON quarantine (study, reason, position);
