-- Who asked what of the collections of a space, kept for days; no bodies.
CREATE TABLE space_request (
  key        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  space      text COLLATE "C" NOT NULL,
  at         timestamptz NOT NULL,
  -- NULL for somebody without an account.
  account    uuid,
  method     text NOT NULL,
  path       text NOT NULL,
  status     bigint NOT NULL
);
CREATE INDEX space_request_space ON space_request (space, key);
CREATE INDEX space_request_at ON space_request (at);
CREATE INDEX space_request_account ON space_request (account, key) WHERE account IS NOT NULL;
