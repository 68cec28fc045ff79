-- What rowers call it, by which what was assigned is found; empty where there is nothing to tell it by, null until it is worked out.
ALTER TABLE workout ADD COLUMN name text COLLATE "C";

-- All that is asked of one that counts, so that its row is not read.
CREATE INDEX workout_name ON workout (account_id, machine, name, started_at, copy_of, state, distance, duration);
CREATE INDEX workout_unnamed ON workout (number) WHERE name IS NULL;

-- Null: as it was assigned.
ALTER TABLE assignment ADD COLUMN changed_at timestamptz;
