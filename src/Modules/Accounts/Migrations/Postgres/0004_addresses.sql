-- registered: as it was given with the account. confirmed: somebody who reads mail there has said so. changed: given later, and not
-- confirmed, so that it opens nothing.
ALTER TABLE account ADD COLUMN email_state text NOT NULL DEFAULT 'registered';

-- An address that is to take the place of a confirmed one, or none, once both have agreed.
CREATE TABLE address_change (
  id           uuid NOT NULL PRIMARY KEY,
  account_id   uuid NOT NULL UNIQUE REFERENCES account (id) ON DELETE CASCADE,
  email        text,
  created_at   timestamptz NOT NULL,
  new_agreed   boolean NOT NULL,
  old_agreed   boolean NOT NULL
);

-- What a link in a mail holds, by its SHA-256. Of a kind there is one an account: the last that was sent.
CREATE TABLE mail_token (
  hash       bytea NOT NULL PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  purpose    text NOT NULL,
  -- The address, as its key, that the link was sent to: for another one it says nothing.
  email_key  text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  UNIQUE (account_id, purpose)
);

-- From what somebody has logged in before: the SHA-256 of what the client calls itself.
CREATE TABLE known_device (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  hash       bytea NOT NULL,
  seen_at    timestamptz NOT NULL,
  PRIMARY KEY (account_id, hash)
);
