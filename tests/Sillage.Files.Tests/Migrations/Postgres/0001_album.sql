CREATE TABLE entry (
  id     uuid PRIMARY KEY,
  reader uuid NOT NULL
);
