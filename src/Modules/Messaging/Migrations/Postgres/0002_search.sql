-- The folded words of messages, with numbers in the order of the messages.
CREATE TABLE message_text (
  key     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  room_id uuid NOT NULL,
  seq     bigint NOT NULL,
  words   tsvector NOT NULL,
  UNIQUE (room_id, seq)
);

CREATE INDEX message_text_words ON message_text USING gin (words);

-- What was there before there was a search; a job takes it from here into the index.
CREATE TABLE message_unindexed (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  room_id uuid NOT NULL,
  seq     bigint NOT NULL
);

INSERT INTO message_unindexed (room_id, seq) SELECT room_id, seq FROM message WHERE deleted_at IS NULL ORDER BY sent_at, id;
