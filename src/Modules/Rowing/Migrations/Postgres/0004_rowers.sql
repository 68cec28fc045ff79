CREATE TABLE rower (
  -- Older clients know rowers by a number.
  number     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id uuid NOT NULL UNIQUE,
  profile    text NOT NULL,
  updated_at timestamptz NOT NULL
);
