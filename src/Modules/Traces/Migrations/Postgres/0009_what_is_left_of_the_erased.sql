-- Since when a participant takes part is known to the day, as the moment led to the account that was made in it.
UPDATE participant SET created_at = date_trunc('day', created_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';

-- What somebody sent for others is found when he is erased.
CREATE INDEX trace_sender ON trace (sender) WHERE sender IS NOT NULL;
CREATE INDEX quarantine_sender ON quarantine (sender);
