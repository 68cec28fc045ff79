-- What rejected traces have in common: a code for their faults, the same for all that failed alike.
ALTER TABLE quarantine ADD COLUMN reason TEXT NOT NULL DEFAULT 'earlier';
-- Whether the sender might name other participants when he sent it. Put back, it is judged by that.
ALTER TABLE quarantine ADD COLUMN may_name INTEGER NOT NULL DEFAULT 0;
-- received_at is when the same bytes came last.
ALTER TABLE quarantine ADD COLUMN first_received_at INTEGER NOT NULL DEFAULT 0;
UPDATE quarantine SET first_received_at = received_at;

CREATE INDEX quarantine_reason ON quarantine (study, reason);
