-- On PostgreSQL the tie stays a table of this schema.

-- What becomes of the records: 'destroy', or 'anonymise', which removes the tie alone.
ALTER TABLE removal ADD COLUMN form text NOT NULL DEFAULT 'destroy';
-- Whom or what the audit row names in the end, and what was removed so far.
ALTER TABLE removal ADD COLUMN subject text;
ALTER TABLE removal ADD COLUMN traces bigint NOT NULL DEFAULT 0;
ALTER TABLE removal ADD COLUMN quarantined bigint NOT NULL DEFAULT 0;
-- Since when no row of it is left; dead rows may still lie in the tables.
ALTER TABLE removal ADD COLUMN removed_at timestamptz;
