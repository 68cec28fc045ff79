CREATE TABLE post (
  key             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id              uuid NOT NULL UNIQUE,
  -- NULL once the person was erased and the text was left.
  author          uuid,
  slug            text COLLATE "C" NOT NULL,
  title           text NOT NULL,
  body            text NOT NULL,
  html            text NOT NULL,
  visibility      text NOT NULL CHECK (visibility IN ('public', 'members', 'followers', 'private')),
  state           text NOT NULL CHECK (state IN ('draft', 'scheduled', 'published')),
  publish_at      timestamptz,
  published_at    timestamptz,
  created_at      timestamptz NOT NULL,
  updated_at      timestamptz NOT NULL,
  revision        bigint NOT NULL,
  deleted_at      timestamptz,
  hidden          boolean NOT NULL,
  locked          boolean NOT NULL,
  comments_closed boolean NOT NULL,
  comments_until  timestamptz,
  -- Whether it was told of as published.
  announced       boolean NOT NULL,
  -- Published, and neither deleted nor hidden: what lists show.
  listed          boolean NOT NULL,
  -- The number that the last comment was given.
  last_comment    bigint NOT NULL DEFAULT 0,
  comment_count   bigint NOT NULL DEFAULT 0
);

CREATE INDEX post_listed ON post (published_at, id) WHERE listed;
CREATE INDEX post_author ON post (author, published_at, id) WHERE author IS NOT NULL;
CREATE INDEX post_deleted ON post (deleted_at) WHERE deleted_at IS NOT NULL;

-- Every slug that a post ever had leads to it.
CREATE TABLE post_slug (
  slug text COLLATE "C" NOT NULL PRIMARY KEY,
  post bigint NOT NULL REFERENCES post (key) ON DELETE CASCADE
);

CREATE INDEX post_slug_post ON post_slug (post);

-- What a post said before, one row a change.
CREATE TABLE post_revision (
  post       bigint NOT NULL REFERENCES post (key) ON DELETE CASCADE,
  revision   bigint NOT NULL,
  title      text NOT NULL,
  body       text NOT NULL,
  written_at timestamptz NOT NULL,
  PRIMARY KEY (post, revision)
);

-- A tag by its normalised name; posts counts those that others can read. One that was merged into another leads there.
CREATE TABLE tag (
  key    text COLLATE "C" NOT NULL PRIMARY KEY,
  name   text NOT NULL,
  posts  bigint NOT NULL DEFAULT 0,
  merged text COLLATE "C"
);

CREATE INDEX tag_merged ON tag (merged) WHERE merged IS NOT NULL;

CREATE TABLE post_tag (
  post bigint NOT NULL REFERENCES post (key) ON DELETE CASCADE,
  tag  text COLLATE "C" NOT NULL,
  PRIMARY KEY (post, tag)
);

CREATE INDEX post_tag_tag ON post_tag (tag, post);

-- The folded words of published posts, those of the title with the weight A.
CREATE TABLE post_text (
  post  bigint NOT NULL PRIMARY KEY REFERENCES post (key) ON DELETE CASCADE,
  words tsvector NOT NULL
);

CREATE INDEX post_text_words ON post_text USING gin (words);

CREATE TABLE comment (
  key        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id         uuid NOT NULL UNIQUE,
  post       bigint NOT NULL REFERENCES post (key) ON DELETE CASCADE,
  parent     uuid,
  author     uuid,
  body       text NOT NULL,
  html       text NOT NULL,
  -- Where it stands in the tree: the path of its parent and its own number, eight digits each.
  path       text COLLATE "C" NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  revision   bigint NOT NULL,
  deleted_at timestamptz,
  hidden     boolean NOT NULL,
  UNIQUE (post, path)
);

CREATE INDEX comment_author ON comment (author) WHERE author IS NOT NULL;
CREATE INDEX comment_parent ON comment (parent) WHERE parent IS NOT NULL;
CREATE INDEX comment_deleted ON comment (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE comment_revision (
  comment    bigint NOT NULL REFERENCES comment (key) ON DELETE CASCADE,
  revision   bigint NOT NULL,
  body       text NOT NULL,
  written_at timestamptz NOT NULL,
  PRIMARY KEY (comment, revision)
);

CREATE TABLE reaction (
  post    bigint NOT NULL REFERENCES post (key) ON DELETE CASCADE,
  account uuid NOT NULL,
  kind    text COLLATE "C" NOT NULL,
  PRIMARY KEY (post, kind, account)
);

CREATE INDEX reaction_account ON reaction (account, post);

CREATE TABLE bookmark (
  account uuid NOT NULL,
  post    bigint NOT NULL REFERENCES post (key) ON DELETE CASCADE,
  at      timestamptz NOT NULL,
  PRIMARY KEY (account, post)
);

CREATE INDEX bookmark_post ON bookmark (post);

CREATE TABLE author_follow (
  follower uuid NOT NULL,
  author   uuid NOT NULL,
  PRIMARY KEY (follower, author)
);

CREATE INDEX author_follow_author ON author_follow (author, follower);

CREATE TABLE tag_follow (
  follower uuid NOT NULL,
  tag      text COLLATE "C" NOT NULL,
  PRIMARY KEY (follower, tag)
);

CREATE INDEX tag_follow_tag ON tag_follow (tag);

-- Of each author what others may count, in the unit that changes it.
CREATE TABLE author_count (
  author    uuid NOT NULL PRIMARY KEY,
  posts     bigint NOT NULL,
  followers bigint NOT NULL,
  version   bigint NOT NULL
);

-- What an author was called when he was last asked for: shown while accounts are away.
CREATE TABLE author_name (
  account      uuid NOT NULL PRIMARY KEY,
  username     text NOT NULL,
  display_name text
);

CREATE TABLE report (
  id         uuid NOT NULL PRIMARY KEY,
  post       bigint NOT NULL REFERENCES post (key) ON DELETE CASCADE,
  comment    bigint REFERENCES comment (key) ON DELETE CASCADE,
  reporter   uuid,
  reason     text NOT NULL,
  note       text,
  created_at timestamptz NOT NULL,
  outcome    text,
  settled_by uuid,
  settled_at timestamptz
);

CREATE INDEX report_open ON report (id) WHERE outcome IS NULL;
CREATE INDEX report_post ON report (post);
CREATE INDEX report_comment ON report (comment) WHERE comment IS NOT NULL;
CREATE INDEX report_reporter ON report (reporter) WHERE reporter IS NOT NULL;

CREATE TABLE ban (
  account uuid NOT NULL PRIMARY KEY,
  reason  text NOT NULL,
  until   timestamptz,
  by      uuid,
  at      timestamptz NOT NULL
);
