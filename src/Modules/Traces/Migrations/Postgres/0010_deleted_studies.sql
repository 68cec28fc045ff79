-- Whether a study was deleted: out of every list and address, while what it holds is removed. Its slug, which is unique, went to '~' and its key.
ALTER TABLE study ADD COLUMN deleted boolean NOT NULL DEFAULT false;
UPDATE study SET deleted = true WHERE slug >= '~';
