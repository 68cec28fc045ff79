-- Positions are asked for within a study only. An index on the position alone has the order of every page, so the planner
-- takes it for one and walks past all rows of other studies, and of other participants, on its way to a few.
ALTER TABLE trace DROP CONSTRAINT trace_pkey;
DROP INDEX trace_study;
ALTER TABLE trace ADD CONSTRAINT trace_study PRIMARY KEY (study, position);

ALTER TABLE quarantine DROP CONSTRAINT quarantine_pkey;
DROP INDEX quarantine_study;
ALTER TABLE quarantine ADD CONSTRAINT quarantine_study PRIMARY KEY (study, position);

ALTER TABLE consent DROP CONSTRAINT consent_pkey;
DROP INDEX consent_participant;
ALTER TABLE consent ADD CONSTRAINT consent_participant PRIMARY KEY (study, participant, position);

-- A study that is younger than the statistics would count as empty, and be read from end to end by any index that begins
-- with it. Without statistics of the column every study counts as one of two hundred.
ALTER TABLE trace ALTER COLUMN study SET STATISTICS 0;
ALTER TABLE quarantine ALTER COLUMN study SET STATISTICS 0;
ALTER TABLE participant ALTER COLUMN study SET STATISTICS 0;
ALTER TABLE tally_value ALTER COLUMN study SET STATISTICS 0;
