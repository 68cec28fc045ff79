CREATE TABLE file (
  id          BLOB PRIMARY KEY,
  owner_id    BLOB NOT NULL,
  attached_to BLOB,
  name        TEXT NOT NULL,
  media_type  TEXT NOT NULL,
  size        INTEGER NOT NULL,
  hash        BLOB NOT NULL,
  width       INTEGER,
  height      INTEGER,
  thumbnail   INTEGER NOT NULL,
  created_at  INTEGER NOT NULL
);

CREATE INDEX file_owner ON file (owner_id, id);

CREATE INDEX file_attached ON file (attached_to) WHERE attached_to IS NOT NULL;

CREATE INDEX file_waiting ON file (created_at) WHERE attached_to IS NULL;

-- A file in pieces of 256 KiB, so that a part of it is read without the rest. Part 0 is the file, part 1 its thumbnail.
CREATE TABLE file_piece (
  file_id BLOB NOT NULL REFERENCES file (id) ON DELETE CASCADE,
  part    INTEGER NOT NULL,
  number  INTEGER NOT NULL,
  bytes   BLOB NOT NULL,
  PRIMARY KEY (file_id, part, number)
);

-- What signs links. It is in no backup: whoever finds one signs nothing.
CREATE TABLE file_secret (
  id     INTEGER PRIMARY KEY,
  secret BLOB NOT NULL
);
