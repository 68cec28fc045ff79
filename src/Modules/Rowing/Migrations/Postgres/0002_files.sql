CREATE TABLE file (
  id          uuid PRIMARY KEY,
  account_id  uuid NOT NULL,
  name        text,
  size        bigint NOT NULL,
  digest      bytea NOT NULL,
  state       text NOT NULL CHECK (state IN ('waiting', 'read', 'failed')),
  -- What was said of it with it, and what was understood of it.
  hints       text NOT NULL,
  report      text,
  -- Gone once it is read.
  content     bytea,
  uploaded_at timestamptz NOT NULL
);

CREATE INDEX file_account ON file (account_id, id);
CREATE INDEX file_digest ON file (account_id, digest);
CREATE INDEX file_uploaded ON file (uploaded_at);
