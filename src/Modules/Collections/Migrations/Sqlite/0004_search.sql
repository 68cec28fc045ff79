-- The folded words of searched fields, of records that are not deleted; the number of their collection is a word of its own.
CREATE VIRTUAL TABLE record_text USING fts5 (collection, body, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3');
