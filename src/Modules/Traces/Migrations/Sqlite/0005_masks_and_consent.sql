-- The key of the tokens that stand for masked texts; null as long as no field asks for them.
ALTER TABLE study ADD COLUMN mask_key BLOB;

ALTER TABLE study ADD COLUMN consent_required INTEGER NOT NULL DEFAULT 0;

-- What participants are asked to agree to: every version as it stood, the highest is the current one.
CREATE TABLE consent_text (
  study      INTEGER NOT NULL REFERENCES study (key) ON DELETE CASCADE,
  version    INTEGER NOT NULL,
  text       TEXT NOT NULL,
  url        TEXT,
  -- Whether consent to earlier versions does not hold any longer.
  renew      INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (study, version)
) WITHOUT ROWID;

-- What was given and withdrawn, row upon row; the last one of a participant holds. Never changed.
CREATE TABLE consent (
  position    INTEGER PRIMARY KEY AUTOINCREMENT,
  study       INTEGER NOT NULL,
  participant INTEGER NOT NULL,
  given       INTEGER NOT NULL,
  version     INTEGER NOT NULL,
  -- By whom: the participant himself, or a researcher who has it on paper.
  source      TEXT NOT NULL CHECK (source IN ('participant', 'researcher')),
  -- What became of the data when it was withdrawn.
  data        TEXT CHECK (data IN ('keep', 'anonymise', 'destroy')),
  recorded_at INTEGER NOT NULL
);

CREATE INDEX consent_participant ON consent (study, participant);
