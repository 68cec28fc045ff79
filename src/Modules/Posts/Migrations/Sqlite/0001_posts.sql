CREATE TABLE post (
  key             INTEGER PRIMARY KEY AUTOINCREMENT,
  id              BLOB NOT NULL UNIQUE,
  -- NULL once the person was erased and the text was left.
  author          BLOB,
  slug            TEXT NOT NULL,
  title           TEXT NOT NULL,
  body            TEXT NOT NULL,
  html            TEXT NOT NULL,
  visibility      TEXT NOT NULL CHECK (visibility IN ('public', 'members', 'followers', 'private')),
  state           TEXT NOT NULL CHECK (state IN ('draft', 'scheduled', 'published')),
  publish_at      INTEGER,
  published_at    INTEGER,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  revision        INTEGER NOT NULL,
  deleted_at      INTEGER,
  hidden          INTEGER NOT NULL,
  locked          INTEGER NOT NULL,
  comments_closed INTEGER NOT NULL,
  comments_until  INTEGER,
  -- Whether it was told of as published.
  announced       INTEGER NOT NULL,
  -- Published, and neither deleted nor hidden: what lists show.
  listed          INTEGER NOT NULL,
  -- The number that the last comment was given.
  last_comment    INTEGER NOT NULL DEFAULT 0,
  comment_count   INTEGER NOT NULL DEFAULT 0
);

CREATE INDEX post_listed ON post (published_at, id) WHERE listed;
CREATE INDEX post_author ON post (author, published_at, id) WHERE author IS NOT NULL;
CREATE INDEX post_deleted ON post (deleted_at) WHERE deleted_at IS NOT NULL;

-- Every slug that a post ever had leads to it.
CREATE TABLE post_slug (
  slug TEXT NOT NULL PRIMARY KEY,
  post INTEGER NOT NULL REFERENCES post (key) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE INDEX post_slug_post ON post_slug (post);

-- What a post said before, one row a change.
CREATE TABLE post_revision (
  post       INTEGER NOT NULL REFERENCES post (key) ON DELETE CASCADE,
  revision   INTEGER NOT NULL,
  title      TEXT NOT NULL,
  body       TEXT NOT NULL,
  written_at INTEGER NOT NULL,
  PRIMARY KEY (post, revision)
) WITHOUT ROWID;

-- A tag by its normalised name; posts counts those that others can read. One that was merged into another leads there.
CREATE TABLE tag (
  key    TEXT NOT NULL PRIMARY KEY,
  name   TEXT NOT NULL,
  posts  INTEGER NOT NULL DEFAULT 0,
  merged TEXT
) WITHOUT ROWID;

CREATE INDEX tag_merged ON tag (merged) WHERE merged IS NOT NULL;

CREATE TABLE post_tag (
  post INTEGER NOT NULL REFERENCES post (key) ON DELETE CASCADE,
  tag  TEXT NOT NULL,
  PRIMARY KEY (post, tag)
) WITHOUT ROWID;

CREATE INDEX post_tag_tag ON post_tag (tag, post);

-- The folded words of published posts.
CREATE VIRTUAL TABLE post_text USING fts5 (title, body, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3');

-- From 3.42 on what is deleted leaves the index at once, and not with its next merge.
INSERT INTO post_text (post_text, rank)
SELECT 'secure-delete', 1
WHERE CAST(substr(sqlite_version(), 3, instr(substr(sqlite_version(), 3), '.') - 1) AS INTEGER) >= 42;

CREATE TABLE comment (
  key        INTEGER PRIMARY KEY AUTOINCREMENT,
  id         BLOB NOT NULL UNIQUE,
  post       INTEGER NOT NULL REFERENCES post (key) ON DELETE CASCADE,
  parent     BLOB,
  author     BLOB,
  body       TEXT NOT NULL,
  html       TEXT NOT NULL,
  -- Where it stands in the tree: the path of its parent and its own number, eight digits each.
  path       TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  revision   INTEGER NOT NULL,
  deleted_at INTEGER,
  hidden     INTEGER NOT NULL,
  UNIQUE (post, path)
);

CREATE INDEX comment_author ON comment (author) WHERE author IS NOT NULL;
CREATE INDEX comment_parent ON comment (parent) WHERE parent IS NOT NULL;
CREATE INDEX comment_deleted ON comment (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE comment_revision (
  comment    INTEGER NOT NULL REFERENCES comment (key) ON DELETE CASCADE,
  revision   INTEGER NOT NULL,
  body       TEXT NOT NULL,
  written_at INTEGER NOT NULL,
  PRIMARY KEY (comment, revision)
) WITHOUT ROWID;

CREATE TABLE reaction (
  post    INTEGER NOT NULL REFERENCES post (key) ON DELETE CASCADE,
  account BLOB NOT NULL,
  kind    TEXT NOT NULL,
  PRIMARY KEY (post, kind, account)
) WITHOUT ROWID;

CREATE INDEX reaction_account ON reaction (account, post);

CREATE TABLE bookmark (
  account BLOB NOT NULL,
  post    INTEGER NOT NULL REFERENCES post (key) ON DELETE CASCADE,
  at      INTEGER NOT NULL,
  PRIMARY KEY (account, post)
) WITHOUT ROWID;

CREATE INDEX bookmark_post ON bookmark (post);

CREATE TABLE author_follow (
  follower BLOB NOT NULL,
  author   BLOB NOT NULL,
  PRIMARY KEY (follower, author)
) WITHOUT ROWID;

CREATE INDEX author_follow_author ON author_follow (author, follower);

CREATE TABLE tag_follow (
  follower BLOB NOT NULL,
  tag      TEXT NOT NULL,
  PRIMARY KEY (follower, tag)
) WITHOUT ROWID;

CREATE INDEX tag_follow_tag ON tag_follow (tag);

-- Of each author what others may count, in the unit that changes it.
CREATE TABLE author_count (
  author    BLOB NOT NULL PRIMARY KEY,
  posts     INTEGER NOT NULL,
  followers INTEGER NOT NULL,
  version   INTEGER NOT NULL
) WITHOUT ROWID;

-- What an author was called when he was last asked for: shown while accounts are away.
CREATE TABLE author_name (
  account      BLOB NOT NULL PRIMARY KEY,
  username     TEXT NOT NULL,
  display_name TEXT
) WITHOUT ROWID;

CREATE TABLE report (
  id         BLOB NOT NULL PRIMARY KEY,
  post       INTEGER NOT NULL REFERENCES post (key) ON DELETE CASCADE,
  comment    INTEGER REFERENCES comment (key) ON DELETE CASCADE,
  reporter   BLOB,
  reason     TEXT NOT NULL,
  note       TEXT,
  created_at INTEGER NOT NULL,
  outcome    TEXT,
  settled_by BLOB,
  settled_at INTEGER
) WITHOUT ROWID;

CREATE INDEX report_open ON report (id) WHERE outcome IS NULL;
CREATE INDEX report_post ON report (post);
CREATE INDEX report_comment ON report (comment) WHERE comment IS NOT NULL;
CREATE INDEX report_reporter ON report (reporter) WHERE reporter IS NOT NULL;

CREATE TABLE ban (
  account BLOB NOT NULL PRIMARY KEY,
  reason  TEXT NOT NULL,
  until   INTEGER,
  by      BLOB,
  at      INTEGER NOT NULL
) WITHOUT ROWID;
