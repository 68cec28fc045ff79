CREATE TABLE squad (
  id         BLOB PRIMARY KEY,
  name       TEXT NOT NULL,
  created_at INTEGER NOT NULL
);

CREATE TABLE squad_member (
  squad_id        BLOB NOT NULL REFERENCES squad (id) ON DELETE CASCADE,
  account_id      BLOB NOT NULL,
  role            TEXT NOT NULL CHECK (role IN ('coach', 'rower')),
  joined_at       INTEGER NOT NULL,
  -- What the rower agreed that others of the squad see: nothing until he says so.
  shares_results  INTEGER NOT NULL,
  shares_live     INTEGER NOT NULL,
  shares_workouts INTEGER NOT NULL,
  PRIMARY KEY (squad_id, account_id)
) WITHOUT ROWID;

CREATE INDEX squad_member_account ON squad_member (account_id, squad_id);

CREATE TABLE squad_invitation (
  id         BLOB PRIMARY KEY,
  squad_id   BLOB NOT NULL REFERENCES squad (id) ON DELETE CASCADE,
  code_hash  BLOB NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  uses_left  INTEGER NOT NULL
);

CREATE INDEX squad_invitation_squad ON squad_invitation (squad_id, id);

CREATE TABLE assignment (
  id         BLOB PRIMARY KEY,
  squad_id   BLOB NOT NULL REFERENCES squad (id) ON DELETE CASCADE,
  title      TEXT NOT NULL,
  machine    TEXT NOT NULL,
  -- As workouts are called: 2000m, 30:00, 8x500m/1:00r.
  piece      TEXT,
  targets    TEXT NOT NULL,
  note       TEXT,
  opens_at   INTEGER NOT NULL,
  due_at     INTEGER NOT NULL,
  created_at INTEGER NOT NULL
);

CREATE INDEX assignment_squad ON assignment (squad_id, id);

-- What a rower says that he did for it, where its name does not tell.
CREATE TABLE assignment_answer (
  assignment_id BLOB NOT NULL REFERENCES assignment (id) ON DELETE CASCADE,
  account_id    BLOB NOT NULL,
  workout       INTEGER NOT NULL REFERENCES workout (number) ON DELETE CASCADE,
  PRIMARY KEY (assignment_id, account_id)
) WITHOUT ROWID;

CREATE INDEX assignment_answer_workout ON assignment_answer (workout);
CREATE INDEX assignment_answer_account ON assignment_answer (account_id);

CREATE TABLE workout_comment (
  id         BLOB PRIMARY KEY,
  workout    INTEGER NOT NULL REFERENCES workout (number) ON DELETE CASCADE,
  account_id BLOB NOT NULL,
  text       TEXT NOT NULL,
  written_at INTEGER NOT NULL
);

CREATE INDEX workout_comment_workout ON workout_comment (workout, id);
CREATE INDEX workout_comment_account ON workout_comment (account_id);

CREATE INDEX workout_live_rower ON workout (account_id) WHERE state = 'live';
