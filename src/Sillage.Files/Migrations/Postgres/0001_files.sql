CREATE TABLE file (
  id          uuid PRIMARY KEY,
  owner_id    uuid NOT NULL,
  attached_to uuid,
  name        text NOT NULL,
  media_type  text NOT NULL,
  size        bigint NOT NULL,
  hash        bytea NOT NULL,
  width       bigint,
  height      bigint,
  thumbnail   boolean NOT NULL,
  created_at  timestamptz NOT NULL
);

CREATE INDEX file_owner ON file (owner_id, id);

CREATE INDEX file_attached ON file (attached_to) WHERE attached_to IS NOT NULL;

CREATE INDEX file_waiting ON file (created_at) WHERE attached_to IS NULL;

-- A file in pieces of 256 KiB, so that a part of it is read without the rest. Part 0 is the file, part 1 its thumbnail.
CREATE TABLE file_piece (
  file_id uuid NOT NULL REFERENCES file (id) ON DELETE CASCADE,
  part    bigint NOT NULL,
  number  bigint NOT NULL,
  bytes   bytea NOT NULL,
  PRIMARY KEY (file_id, part, number)
);

-- What people send is packed already.
ALTER TABLE file_piece ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- What signs links. It is in no backup: whoever finds one signs nothing.
CREATE TABLE file_secret (
  id     bigint PRIMARY KEY,
  secret bytea NOT NULL
);
