-- A process with people connected to it, and until when it is believed to be there unless it says so again.
CREATE TABLE presence_process (
  process    text PRIMARY KEY,
  expires_at timestamptz NOT NULL
);

-- Who is connected to which process, and whether all of their connections there are away.
CREATE TABLE presence_lease (
  process    text NOT NULL,
  account_id uuid NOT NULL,
  is_away    boolean NOT NULL,
  PRIMARY KEY (process, account_id)
);

CREATE INDEX presence_lease_account ON presence_lease (account_id);

-- What the leases of all processes come to, as it was last told.
CREATE TABLE presence (
  account_id   uuid PRIMARY KEY,
  state        text NOT NULL CHECK (state IN ('online', 'away', 'offline')),
  is_hidden    boolean NOT NULL,
  last_seen_at timestamptz,
  version      bigint NOT NULL
);

CREATE INDEX presence_version ON presence (version);

-- The last version that was given; whoever changes presence holds it, so that versions are committed in their order.
CREATE TABLE presence_clock (
  id      bigint PRIMARY KEY CHECK (id = 1),
  version bigint NOT NULL
);

INSERT INTO presence_clock (id, version) VALUES (1, 0);
