-- An app that shows codes (RFC 6238), one an account. Until a code has confirmed it, none is asked for.
CREATE TABLE factor (
  id           uuid NOT NULL PRIMARY KEY,
  account_id   uuid NOT NULL UNIQUE REFERENCES account (id) ON DELETE CASCADE,
  secret       bytea NOT NULL,
  created_at   timestamptz NOT NULL,
  confirmed_at timestamptz,
  -- The step of time whose code was taken last: neither it nor an earlier one is taken again.
  last_step    bigint NOT NULL
);

-- What gets in without the app, each once; by their SHA-256.
CREATE TABLE recovery_code (
  id         uuid NOT NULL PRIMARY KEY,
  factor_id  uuid NOT NULL REFERENCES factor (id) ON DELETE CASCADE,
  hash       bytea NOT NULL,
  created_at timestamptz NOT NULL,
  UNIQUE (factor_id, hash)
);
