-- The key of the tokens that stand for masked texts; null as long as no field asks for them.
ALTER TABLE study ADD COLUMN mask_key bytea;

ALTER TABLE study ADD COLUMN consent_required boolean NOT NULL DEFAULT false;

-- What participants are asked to agree to: every version as it stood, the highest is the current one.
CREATE TABLE consent_text (
  study      bigint NOT NULL REFERENCES study (key) ON DELETE CASCADE,
  version    bigint NOT NULL,
  text       text NOT NULL,
  url        text,
  -- Whether consent to earlier versions does not hold any longer.
  renew      boolean NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (study, version)
);

-- What was given and withdrawn, row upon row; the last one of a participant holds. Never changed.
CREATE TABLE consent (
  position    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  study       bigint NOT NULL,
  participant bigint NOT NULL,
  given       boolean NOT NULL,
  version     bigint NOT NULL,
  -- By whom: the participant himself, or a researcher who has it on paper.
  source      text NOT NULL CHECK (source IN ('participant', 'researcher')),
  -- What became of the data when it was withdrawn.
  data        text CHECK (data IN ('keep', 'anonymise', 'destroy')),
  recorded_at timestamptz NOT NULL
);

CREATE INDEX consent_participant ON consent (study, participant, position);
