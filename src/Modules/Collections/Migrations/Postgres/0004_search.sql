-- The folded words of searched fields, of records that are not deleted; the number of their collection is a word of its own.
CREATE TABLE record_text (
  record bigint NOT NULL PRIMARY KEY REFERENCES record (key) ON DELETE CASCADE,
  words  tsvector NOT NULL
);

CREATE INDEX record_text_words ON record_text USING gin (words);
