-- Keys are compared byte by byte ("C"), so that order and prefixes are the same on both engines.
CREATE TABLE account (
  id                 uuid NOT NULL PRIMARY KEY,
  username           text NOT NULL,
  username_key       text COLLATE "C" NOT NULL UNIQUE,
  email              text,
  email_key          text COLLATE "C",
  display_name       text,
  display_name_key   text COLLATE "C",
  role               text NOT NULL,
  password_hash      text NOT NULL,
  password_generated boolean NOT NULL,
  security_stamp     text NOT NULL,
  disabled           boolean NOT NULL,
  failed_logins      bigint NOT NULL,
  locked_until       timestamptz,
  created_at         timestamptz NOT NULL
);

CREATE INDEX account_email ON account (email_key) WHERE email_key IS NOT NULL;
CREATE INDEX account_role ON account (role, username_key);

-- A wrong password for a name that nobody has is written down here, so that it takes as long as one for a name that is.
CREATE TABLE nobody (
  id            bigint NOT NULL PRIMARY KEY,
  failed_logins bigint NOT NULL
);

INSERT INTO nobody (id, failed_logins) VALUES (1, 0);

-- A session that has ended is a row that is gone.
CREATE TABLE session (
  id           uuid NOT NULL PRIMARY KEY,
  account_id   uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  user_agent   text,
  created_at   timestamptz NOT NULL,
  refreshed_at timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL
);

CREATE INDEX session_account ON session (account_id, id);
CREATE INDEX session_expires_at ON session (expires_at);

-- All refresh tokens that a session has had, by their SHA-256; one that comes again after its use gives the theft away.
CREATE TABLE refresh_token (
  hash           bytea NOT NULL PRIMARY KEY,
  session_id     uuid NOT NULL REFERENCES session (id) ON DELETE CASCADE,
  expires_at     timestamptz NOT NULL,
  used_at        timestamptz,
  successor_salt bytea
);

CREATE INDEX refresh_token_session ON refresh_token (session_id);
CREATE INDEX refresh_token_expires_at ON refresh_token (expires_at);

CREATE TABLE api_key (
  id           uuid NOT NULL PRIMARY KEY,
  account_id   uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  hash         bytea NOT NULL UNIQUE,
  name         text,
  hint         text NOT NULL,
  permissions  text NOT NULL,
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz,
  last_used_at timestamptz
);

CREATE INDEX api_key_account ON api_key (account_id, id);

CREATE TABLE signing_key (
  kid        text NOT NULL PRIMARY KEY,
  pkcs8      bytea NOT NULL,
  created_at timestamptz NOT NULL,
  signs_from timestamptz NOT NULL
);

CREATE TABLE setup_token (
  hash       bytea NOT NULL PRIMARY KEY,
  created_at timestamptz NOT NULL
);

-- Tells the other processes to forget what they remember of an account (the zero id: of the keys). By the engine's clock.
CREATE TABLE change (
  sequence   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id uuid NOT NULL,
  at         timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX change_at ON change (at);
