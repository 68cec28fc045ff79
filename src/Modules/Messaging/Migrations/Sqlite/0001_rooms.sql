CREATE TABLE room (
  id             BLOB PRIMARY KEY,
  slug           TEXT UNIQUE,
  name           TEXT NOT NULL,
  kind           TEXT NOT NULL CHECK (kind IN ('room', 'direct', 'group')),
  visibility     TEXT NOT NULL CHECK (visibility IN ('public', 'private')),
  -- Of a direct conversation: its two people, so that there is one of it.
  pair           TEXT UNIQUE,
  -- The last sequence that a message was given, and the first that is still kept.
  last_seq       INTEGER NOT NULL DEFAULT 0,
  first_seq      INTEGER NOT NULL DEFAULT 1,
  -- The last number that a change of a message, a member or the room was given; and that of the room's own last change.
  last_change    INTEGER NOT NULL DEFAULT 0,
  change         INTEGER NOT NULL DEFAULT 0,
  slow_seconds   INTEGER NOT NULL DEFAULT 0,
  retention_days INTEGER,
  created_at     INTEGER NOT NULL
);

CREATE INDEX room_public ON room (id) WHERE visibility = 'public';
CREATE INDEX room_retention ON room (id) WHERE retention_days IS NOT NULL;

-- A row stays when its person leaves: whoever catches up hears of it, and a ban is remembered.
CREATE TABLE member (
  room_id     BLOB NOT NULL,
  account_id  BLOB NOT NULL,
  role        TEXT NOT NULL CHECK (role IN ('owner', 'moderator', 'member')),
  state       TEXT NOT NULL CHECK (state IN ('in', 'out', 'banned')),
  joined_at   INTEGER NOT NULL,
  muted_until INTEGER,
  read_seq    INTEGER NOT NULL,
  -- Marked as unread from here on, whatever was read.
  unread_from INTEGER,
  change      INTEGER NOT NULL,
  PRIMARY KEY (room_id, account_id)
) WITHOUT ROWID;

CREATE INDEX member_account ON member (account_id, room_id);
CREATE INDEX member_change ON member (room_id, change);

CREATE TABLE message (
  room_id       BLOB NOT NULL,
  seq           INTEGER NOT NULL,
  id            BLOB NOT NULL UNIQUE,
  sender_id     BLOB,
  client_id     TEXT,
  text          TEXT NOT NULL,
  sent_at       INTEGER NOT NULL,
  reply_to      INTEGER,
  edited_at     INTEGER,
  deleted_at    INTEGER,
  mentions_room INTEGER NOT NULL DEFAULT 0,
  change        INTEGER NOT NULL,
  PRIMARY KEY (room_id, seq)
) WITHOUT ROWID;

-- What was sent before is known again by this, however long ago.
CREATE UNIQUE INDEX message_client ON message (sender_id, client_id) WHERE client_id IS NOT NULL;
CREATE INDEX message_sent ON message (room_id, sent_at);
CREATE INDEX message_change ON message (room_id, change);
CREATE INDEX message_sender ON message (sender_id, room_id, seq) WHERE sender_id IS NOT NULL;

-- What a message said before it was edited.
CREATE TABLE message_version (
  room_id     BLOB NOT NULL,
  seq         INTEGER NOT NULL,
  replaced_at INTEGER NOT NULL,
  text        TEXT NOT NULL,
  PRIMARY KEY (room_id, seq, replaced_at)
) WITHOUT ROWID;

CREATE TABLE reaction (
  room_id    BLOB NOT NULL,
  seq        INTEGER NOT NULL,
  emoji      TEXT NOT NULL,
  account_id BLOB NOT NULL,
  PRIMARY KEY (room_id, seq, emoji, account_id)
) WITHOUT ROWID;

CREATE INDEX reaction_account ON reaction (account_id);

CREATE TABLE mention (
  account_id BLOB NOT NULL,
  room_id    BLOB NOT NULL,
  seq        INTEGER NOT NULL,
  PRIMARY KEY (account_id, room_id, seq)
) WITHOUT ROWID;

CREATE INDEX mention_message ON mention (room_id, seq);

-- The code itself is kept nowhere: whoever reads the database cannot join by it.
CREATE TABLE invitation (
  id         BLOB PRIMARY KEY,
  room_id    BLOB NOT NULL,
  code_hash  BLOB NOT NULL UNIQUE,
  created_by BLOB,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  uses_left  INTEGER
);

CREATE INDEX invitation_room ON invitation (room_id);

-- Who does not want to hear of whom.
CREATE TABLE block (
  account_id BLOB NOT NULL,
  blocked_id BLOB NOT NULL,
  since      INTEGER NOT NULL,
  PRIMARY KEY (account_id, blocked_id)
) WITHOUT ROWID;

CREATE INDEX block_blocked ON block (blocked_id);

CREATE TABLE report (
  id          BLOB PRIMARY KEY,
  room_id     BLOB NOT NULL,
  seq         INTEGER NOT NULL,
  reporter_id BLOB,
  reason      TEXT NOT NULL,
  at          INTEGER NOT NULL,
  resolution  TEXT,
  resolved_at INTEGER
);

CREATE INDEX report_room ON report (room_id, id);

-- What was done to keep order in a room, for those who keep it.
CREATE TABLE moderation (
  id         BLOB PRIMARY KEY,
  room_id    BLOB NOT NULL,
  at         INTEGER NOT NULL,
  action     TEXT NOT NULL,
  actor_id   BLOB,
  account_id BLOB,
  seq        INTEGER,
  reason     TEXT
);

CREATE INDEX moderation_room ON moderation (room_id, id);
