CREATE TABLE specimen (
  id    uuid NOT NULL PRIMARY KEY,
  name  text NOT NULL CONSTRAINT specimen_name UNIQUE,
  at    timestamptz,
  flag  boolean,
  count bigint,
  ratio double precision,
  other uuid,
  data  bytea
);
