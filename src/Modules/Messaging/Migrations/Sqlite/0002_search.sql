-- A number for each message whose words are searched: an index of words knows rows by numbers only. In the order of the messages.
CREATE TABLE message_key (
  key     INTEGER PRIMARY KEY AUTOINCREMENT,
  room_id BLOB NOT NULL,
  seq     INTEGER NOT NULL,
  UNIQUE (room_id, seq)
);

CREATE VIRTUAL TABLE message_text USING fts5 (body, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3');

-- From 3.42 on what is deleted leaves the index at once, and not with its next merge.
INSERT INTO message_text (message_text, rank)
SELECT 'secure-delete', 1
WHERE CAST(substr(sqlite_version(), 3, instr(substr(sqlite_version(), 3), '.') - 1) AS INTEGER) >= 42;

-- What was there before there was a search; a job takes it from here into the index.
CREATE TABLE message_unindexed (
  id      INTEGER PRIMARY KEY,
  room_id BLOB NOT NULL,
  seq     INTEGER NOT NULL
);

INSERT INTO message_unindexed (room_id, seq) SELECT room_id, seq FROM message WHERE deleted_at IS NULL ORDER BY sent_at, id;
