CREATE TABLE specimen (
  id    BLOB NOT NULL PRIMARY KEY,
  name  TEXT NOT NULL UNIQUE,
  at    INTEGER,
  flag  INTEGER,
  count INTEGER,
  ratio REAL,
  other BLOB,
  data  BLOB
);
