-- registered: as it was given with the account. confirmed: somebody who reads mail there has said so. changed: given later, and not
-- confirmed, so that it opens nothing.
ALTER TABLE account ADD COLUMN email_state TEXT NOT NULL DEFAULT 'registered';

-- An address that is to take the place of a confirmed one, or none, once both have agreed.
CREATE TABLE address_change (
  id           BLOB NOT NULL PRIMARY KEY,
  account_id   BLOB NOT NULL UNIQUE REFERENCES account (id) ON DELETE CASCADE,
  email        TEXT,
  created_at   INTEGER NOT NULL,
  new_agreed   INTEGER NOT NULL,
  old_agreed   INTEGER NOT NULL
) WITHOUT ROWID;

-- What a link in a mail holds, by its SHA-256. Of a kind there is one an account: the last that was sent.
CREATE TABLE mail_token (
  hash       BLOB NOT NULL PRIMARY KEY,
  account_id BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  purpose    TEXT NOT NULL,
  -- The address, as its key, that the link was sent to: for another one it says nothing.
  email_key  TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  UNIQUE (account_id, purpose)
) WITHOUT ROWID;

-- From what somebody has logged in before: the SHA-256 of what the client calls itself.
CREATE TABLE known_device (
  account_id BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  hash       BLOB NOT NULL,
  seen_at    INTEGER NOT NULL,
  PRIMARY KEY (account_id, hash)
) WITHOUT ROWID;
