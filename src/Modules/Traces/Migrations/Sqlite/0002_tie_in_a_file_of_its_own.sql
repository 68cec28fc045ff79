-- The tie between participant and account goes into traces.identities.db, which is attached as "identities".
CREATE TABLE IF NOT EXISTS identities.identity (
  study    INTEGER NOT NULL,
  number   INTEGER NOT NULL,
  account  BLOB NOT NULL,
  username TEXT NOT NULL,
  PRIMARY KEY (study, number),
  UNIQUE (account, study)
) WITHOUT ROWID;

DELETE FROM identities.identity;
INSERT INTO identities.identity (study, number, account, username)
SELECT study, number, account, username FROM main.identity;

-- The above is committed before the below.
DROP TABLE main.identity;

-- What becomes of the records: 'destroy', or 'anonymise', which removes the tie alone.
ALTER TABLE removal ADD COLUMN form TEXT NOT NULL DEFAULT 'destroy';
-- Whom or what the audit row names in the end, and what was removed so far.
ALTER TABLE removal ADD COLUMN subject TEXT;
ALTER TABLE removal ADD COLUMN traces INTEGER NOT NULL DEFAULT 0;
ALTER TABLE removal ADD COLUMN quarantined INTEGER NOT NULL DEFAULT 0;
-- Since when no row of it is left; the files may still hold bytes of them.
ALTER TABLE removal ADD COLUMN removed_at INTEGER;
