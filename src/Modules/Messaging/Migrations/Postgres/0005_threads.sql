-- Of an answer: the place of the message that its thread began with.
ALTER TABLE message ADD COLUMN thread bigint;

WITH RECURSIVE answer (room_id, seq, root) AS (
  SELECT m.room_id, m.seq, m.reply_to FROM message m
  LEFT JOIN message a ON a.room_id = m.room_id AND a.seq = m.reply_to
  WHERE m.reply_to IS NOT NULL AND a.reply_to IS NULL
  UNION ALL
  SELECT m.room_id, m.seq, answer.root FROM answer
  JOIN message m ON m.room_id = answer.room_id AND m.reply_to = answer.seq
)
UPDATE message SET thread = answer.root FROM answer
WHERE message.room_id = answer.room_id AND message.seq = answer.seq;

CREATE INDEX message_thread ON message (room_id, thread, seq) WHERE thread IS NOT NULL;

-- A message that was answered, how often, and the last of the answers.
CREATE TABLE thread (
  room_id  uuid NOT NULL,
  seq      bigint NOT NULL,
  replies  bigint NOT NULL,
  last_seq bigint NOT NULL,
  PRIMARY KEY (room_id, seq)
);

CREATE INDEX thread_last ON thread (room_id, last_seq);

INSERT INTO thread (room_id, seq, replies, last_seq)
SELECT room_id, thread, COUNT(*), MAX(seq) FROM message WHERE thread IS NOT NULL GROUP BY room_id, thread;

-- How far somebody has read in a thread that they began, answered in or looked at.
CREATE TABLE thread_member (
  account_id uuid NOT NULL,
  room_id    uuid NOT NULL,
  seq        bigint NOT NULL,
  read_seq   bigint NOT NULL,
  PRIMARY KEY (account_id, room_id, seq)
);

CREATE INDEX thread_member_thread ON thread_member (room_id, seq);
