-- What the posts module has counted of an account, and the version of the counts: an older one changes nothing.
ALTER TABLE account ADD COLUMN post_count bigint NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN follower_count bigint NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN count_version bigint NOT NULL DEFAULT 0;
