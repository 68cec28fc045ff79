-- What somebody is notified of, once.
CREATE TABLE notification (
  id          BLOB NOT NULL PRIMARY KEY,
  recipient   BLOB NOT NULL,
  kind        TEXT NOT NULL,
  dedup_key   TEXT NOT NULL,
  -- What the texts are made of, as JSON; null once it was a secret that has done its work.
  data        TEXT,
  people      TEXT,
  address_id  BLOB,
  -- The place in the recipient's list, from 1 up; null where it is not in the list.
  place       INTEGER,
  created_at  INTEGER NOT NULL,
  read_at     INTEGER,
  settled_at  INTEGER,
  UNIQUE (recipient, kind, dedup_key)
) WITHOUT ROWID;

CREATE UNIQUE INDEX notification_place ON notification (recipient, place) WHERE place IS NOT NULL;
CREATE INDEX notification_unread ON notification (recipient) WHERE place IS NOT NULL AND read_at IS NULL AND settled_at IS NULL;
CREATE INDEX notification_created ON notification (created_at);

-- A mail: what became of it.
CREATE TABLE mail (
  id              BLOB NOT NULL PRIMARY KEY,
  notification_id BLOB NOT NULL UNIQUE REFERENCES notification (id) ON DELETE CASCADE,
  recipient       BLOB NOT NULL,
  kind            TEXT NOT NULL,
  state           TEXT NOT NULL,
  -- Where it went last; null before.
  address         TEXT,
  address_key     TEXT,
  detail          TEXT,
  attempts        INTEGER NOT NULL,
  created_at      INTEGER NOT NULL,
  changed_at      INTEGER NOT NULL,
  due_at          INTEGER NOT NULL,
  -- The digest that it goes with; null where it goes alone.
  digest_id       BLOB,
  -- Of a digest: whose it is as long as more may be put into it. One is open at a time.
  open_for        BLOB UNIQUE
) WITHOUT ROWID;

CREATE INDEX mail_recipient ON mail (recipient, id);
CREATE INDEX mail_state ON mail (state, id);
CREATE INDEX mail_address ON mail (address_key, id) WHERE address_key IS NOT NULL;
CREATE INDEX mail_digest ON mail (digest_id) WHERE digest_id IS NOT NULL;

-- How somebody wants to be notified.
CREATE TABLE person (
  account_id  BLOB NOT NULL PRIMARY KEY,
  language    TEXT,
  zone        TEXT,
  quiet_from  TEXT,
  quiet_until TEXT,
  digest      TEXT
) WITHOUT ROWID;

-- Of which kinds somebody wants to hear by which channel, where it is not as the kind says.
CREATE TABLE choice (
  account_id BLOB NOT NULL,
  kind       TEXT NOT NULL,
  channel    TEXT NOT NULL,
  wanted     INTEGER NOT NULL,
  PRIMARY KEY (account_id, kind, channel)
) WITHOUT ROWID;

-- What a link in a mail unsubscribes from: one kind, for one account.
CREATE TABLE unsubscription (
  token      TEXT NOT NULL PRIMARY KEY,
  account_id BLOB NOT NULL,
  kind       TEXT NOT NULL,
  UNIQUE (account_id, kind)
) WITHOUT ROWID;

-- Addresses that get no mail.
CREATE TABLE suppression (
  address_key TEXT NOT NULL PRIMARY KEY,
  address     TEXT NOT NULL,
  account_id  BLOB,
  reason      TEXT NOT NULL,
  detail      TEXT,
  created_at  INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX suppression_account ON suppression (account_id) WHERE account_id IS NOT NULL;
