-- What somebody is notified of, once.
CREATE TABLE notification (
  id          uuid NOT NULL PRIMARY KEY,
  recipient   uuid NOT NULL,
  kind        text NOT NULL,
  dedup_key   text NOT NULL,
  -- What the texts are made of, as JSON; null once it was a secret that has done its work.
  data        text,
  people      text,
  address_id  uuid,
  -- The place in the recipient's list, from 1 up; null where it is not in the list.
  place       bigint,
  created_at  timestamptz NOT NULL,
  read_at     timestamptz,
  settled_at  timestamptz,
  UNIQUE (recipient, kind, dedup_key)
);

CREATE UNIQUE INDEX notification_place ON notification (recipient, place) WHERE place IS NOT NULL;
CREATE INDEX notification_unread ON notification (recipient) WHERE place IS NOT NULL AND read_at IS NULL AND settled_at IS NULL;
CREATE INDEX notification_created ON notification (created_at);

-- A mail: what became of it.
CREATE TABLE mail (
  id              uuid NOT NULL PRIMARY KEY,
  notification_id uuid NOT NULL UNIQUE REFERENCES notification (id) ON DELETE CASCADE,
  recipient       uuid NOT NULL,
  kind            text NOT NULL,
  state           text NOT NULL,
  -- Where it went last; null before.
  address         text,
  address_key     text,
  detail          text,
  attempts        bigint NOT NULL,
  created_at      timestamptz NOT NULL,
  changed_at      timestamptz NOT NULL,
  due_at          timestamptz NOT NULL,
  -- The digest that it goes with; null where it goes alone.
  digest_id       uuid,
  -- Of a digest: whose it is as long as more may be put into it. One is open at a time.
  open_for        uuid UNIQUE
);

CREATE INDEX mail_recipient ON mail (recipient, id);
CREATE INDEX mail_state ON mail (state, id);
CREATE INDEX mail_address ON mail (address_key, id) WHERE address_key IS NOT NULL;
CREATE INDEX mail_digest ON mail (digest_id) WHERE digest_id IS NOT NULL;

-- How somebody wants to be notified.
CREATE TABLE person (
  account_id  uuid NOT NULL PRIMARY KEY,
  language    text,
  zone        text,
  quiet_from  text,
  quiet_until text,
  digest      text
);

-- Of which kinds somebody wants to hear by which channel, where it is not as the kind says.
CREATE TABLE choice (
  account_id uuid NOT NULL,
  kind       text NOT NULL,
  channel    text NOT NULL,
  wanted     boolean NOT NULL,
  PRIMARY KEY (account_id, kind, channel)
);

-- What a link in a mail unsubscribes from: one kind, for one account.
CREATE TABLE unsubscription (
  token      text NOT NULL PRIMARY KEY,
  account_id uuid NOT NULL,
  kind       text NOT NULL,
  UNIQUE (account_id, kind)
);

-- Addresses that get no mail.
CREATE TABLE suppression (
  address_key text NOT NULL PRIMARY KEY,
  address     text NOT NULL,
  account_id  uuid,
  reason      text NOT NULL,
  detail      text,
  created_at  timestamptz NOT NULL
);

CREATE INDEX suppression_account ON suppression (account_id) WHERE account_id IS NOT NULL;
