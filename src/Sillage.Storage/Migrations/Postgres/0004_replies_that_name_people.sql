-- Whom a kept reply names, besides who asked: once one of them is erased, it is not given again.
CREATE TABLE sillage_idempotency_person (
  scope    text NOT NULL,
  key_hash bytea NOT NULL,
  account  uuid NOT NULL,
  PRIMARY KEY (scope, key_hash, account),
  FOREIGN KEY (scope, key_hash) REFERENCES sillage_idempotency (scope, key_hash) ON DELETE CASCADE
);

CREATE INDEX sillage_idempotency_person_account ON sillage_idempotency_person (account);
