-- Whether a study was deleted: out of every list and address, while what it holds is removed. Its slug, which is unique, went to '~' and its key.
ALTER TABLE study ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;
UPDATE study SET deleted = 1 WHERE slug >= '~';
