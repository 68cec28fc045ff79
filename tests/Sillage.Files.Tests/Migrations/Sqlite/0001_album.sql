CREATE TABLE entry (
  id     BLOB PRIMARY KEY,
  reader BLOB NOT NULL
);
