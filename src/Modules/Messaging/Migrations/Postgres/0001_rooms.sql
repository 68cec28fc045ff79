CREATE TABLE room (
  id             uuid PRIMARY KEY,
  slug           text UNIQUE,
  name           text NOT NULL,
  kind           text NOT NULL CHECK (kind IN ('room', 'direct', 'group')),
  visibility     text NOT NULL CHECK (visibility IN ('public', 'private')),
  -- Of a direct conversation: its two people, so that there is one of it.
  pair           text UNIQUE,
  -- The last sequence that a message was given, and the first that is still kept.
  last_seq       bigint NOT NULL DEFAULT 0,
  first_seq      bigint NOT NULL DEFAULT 1,
  -- The last number that a change of a message, a member or the room was given; and that of the room's own last change.
  last_change    bigint NOT NULL DEFAULT 0,
  change         bigint NOT NULL DEFAULT 0,
  slow_seconds   bigint NOT NULL DEFAULT 0,
  retention_days bigint,
  created_at     timestamptz NOT NULL
);

CREATE INDEX room_public ON room (id) WHERE visibility = 'public';
CREATE INDEX room_retention ON room (id) WHERE retention_days IS NOT NULL;

-- A row stays when its person leaves: whoever catches up hears of it, and a ban is remembered.
CREATE TABLE member (
  room_id     uuid NOT NULL,
  account_id  uuid NOT NULL,
  role        text NOT NULL CHECK (role IN ('owner', 'moderator', 'member')),
  state       text NOT NULL CHECK (state IN ('in', 'out', 'banned')),
  joined_at   timestamptz NOT NULL,
  muted_until timestamptz,
  read_seq    bigint NOT NULL,
  -- Marked as unread from here on, whatever was read.
  unread_from bigint,
  change      bigint NOT NULL,
  PRIMARY KEY (room_id, account_id)
);

CREATE INDEX member_account ON member (account_id, room_id);
CREATE INDEX member_change ON member (room_id, change);

CREATE TABLE message (
  room_id       uuid NOT NULL,
  seq           bigint NOT NULL,
  id            uuid NOT NULL UNIQUE,
  sender_id     uuid,
  client_id     text,
  text          text NOT NULL,
  sent_at       timestamptz NOT NULL,
  reply_to      bigint,
  edited_at     timestamptz,
  deleted_at    timestamptz,
  mentions_room boolean NOT NULL DEFAULT false,
  change        bigint NOT NULL,
  PRIMARY KEY (room_id, seq)
);

-- What was sent before is known again by this, however long ago.
CREATE UNIQUE INDEX message_client ON message (sender_id, client_id) WHERE client_id IS NOT NULL;
CREATE INDEX message_sent ON message (room_id, sent_at);
CREATE INDEX message_change ON message (room_id, change);
CREATE INDEX message_sender ON message (sender_id, room_id, seq) WHERE sender_id IS NOT NULL;

-- What a message said before it was edited.
CREATE TABLE message_version (
  room_id     uuid NOT NULL,
  seq         bigint NOT NULL,
  replaced_at timestamptz NOT NULL,
  text        text NOT NULL,
  PRIMARY KEY (room_id, seq, replaced_at)
);

CREATE TABLE reaction (
  room_id    uuid NOT NULL,
  seq        bigint NOT NULL,
  emoji      text NOT NULL,
  account_id uuid NOT NULL,
  PRIMARY KEY (room_id, seq, emoji, account_id)
);

CREATE INDEX reaction_account ON reaction (account_id);

CREATE TABLE mention (
  account_id uuid NOT NULL,
  room_id    uuid NOT NULL,
  seq        bigint NOT NULL,
  PRIMARY KEY (account_id, room_id, seq)
);

CREATE INDEX mention_message ON mention (room_id, seq);

-- The code itself is kept nowhere: whoever reads the database cannot join by it.
CREATE TABLE invitation (
  id         uuid PRIMARY KEY,
  room_id    uuid NOT NULL,
  code_hash  bytea NOT NULL UNIQUE,
  created_by uuid,
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  uses_left  bigint
);

CREATE INDEX invitation_room ON invitation (room_id);

-- Who does not want to hear of whom.
CREATE TABLE block (
  account_id uuid NOT NULL,
  blocked_id uuid NOT NULL,
  since      timestamptz NOT NULL,
  PRIMARY KEY (account_id, blocked_id)
);

CREATE INDEX block_blocked ON block (blocked_id);

CREATE TABLE report (
  id          uuid PRIMARY KEY,
  room_id     uuid NOT NULL,
  seq         bigint NOT NULL,
  reporter_id uuid,
  reason      text NOT NULL,
  at          timestamptz NOT NULL,
  resolution  text,
  resolved_at timestamptz
);

CREATE INDEX report_room ON report (room_id, id);

-- What was done to keep order in a room, for those who keep it.
CREATE TABLE moderation (
  id         uuid PRIMARY KEY,
  room_id    uuid NOT NULL,
  at         timestamptz NOT NULL,
  action     text NOT NULL,
  actor_id   uuid,
  account_id uuid,
  seq        bigint,
  reason     text
);

CREATE INDEX moderation_room ON moderation (room_id, id);
