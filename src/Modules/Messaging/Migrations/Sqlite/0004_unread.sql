-- Rooms with messages that somebody may have to be told of: from which place on, and when it is looked who has not read.
CREATE TABLE unread_due (
  room_id BLOB PRIMARY KEY,
  seq     INTEGER NOT NULL,
  due_at  INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX unread_due_at ON unread_due (due_at);

-- Who was told of what: once for a person and a room until it is settled.
CREATE TABLE unread_notice (
  account_id BLOB NOT NULL,
  room_id    BLOB NOT NULL,
  seq        INTEGER NOT NULL,
  reason     TEXT NOT NULL CHECK (reason IN ('conversation', 'mention')),
  told_at    INTEGER NOT NULL,
  PRIMARY KEY (account_id, room_id)
) WITHOUT ROWID;

CREATE INDEX unread_notice_room ON unread_notice (room_id);
