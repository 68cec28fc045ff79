-- An address of its own, beside the one that every collection has.
ALTER TABLE collection ADD COLUMN path TEXT;

CREATE UNIQUE INDEX collection_path ON collection (path) WHERE path IS NOT NULL;
