CREATE TABLE squad (
  id         uuid PRIMARY KEY,
  name       text NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE TABLE squad_member (
  squad_id        uuid NOT NULL REFERENCES squad (id) ON DELETE CASCADE,
  account_id      uuid NOT NULL,
  role            text NOT NULL CHECK (role IN ('coach', 'rower')),
  joined_at       timestamptz NOT NULL,
  -- What the rower agreed that others of the squad see: nothing until he says so.
  shares_results  boolean NOT NULL,
  shares_live     boolean NOT NULL,
  shares_workouts boolean NOT NULL,
  PRIMARY KEY (squad_id, account_id)
);

CREATE INDEX squad_member_account ON squad_member (account_id, squad_id);

CREATE TABLE squad_invitation (
  id         uuid PRIMARY KEY,
  squad_id   uuid NOT NULL REFERENCES squad (id) ON DELETE CASCADE,
  code_hash  bytea NOT NULL UNIQUE,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  uses_left  bigint NOT NULL
);

CREATE INDEX squad_invitation_squad ON squad_invitation (squad_id, id);

CREATE TABLE assignment (
  id         uuid PRIMARY KEY,
  squad_id   uuid NOT NULL REFERENCES squad (id) ON DELETE CASCADE,
  title      text NOT NULL,
  machine    text NOT NULL,
  -- As workouts are called: 2000m, 30:00, 8x500m/1:00r.
  piece      text,
  targets    text NOT NULL,
  note       text,
  opens_at   timestamptz NOT NULL,
  due_at     timestamptz NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE INDEX assignment_squad ON assignment (squad_id, id);

-- What a rower says that he did for it, where its name does not tell.
CREATE TABLE assignment_answer (
  assignment_id uuid NOT NULL REFERENCES assignment (id) ON DELETE CASCADE,
  account_id    uuid NOT NULL,
  workout       bigint NOT NULL REFERENCES workout (number) ON DELETE CASCADE,
  PRIMARY KEY (assignment_id, account_id)
);

CREATE INDEX assignment_answer_workout ON assignment_answer (workout);
CREATE INDEX assignment_answer_account ON assignment_answer (account_id);

CREATE TABLE workout_comment (
  id         uuid PRIMARY KEY,
  workout    bigint NOT NULL REFERENCES workout (number) ON DELETE CASCADE,
  account_id uuid NOT NULL,
  text       text NOT NULL,
  written_at timestamptz NOT NULL
);

CREATE INDEX workout_comment_workout ON workout_comment (workout, id);
CREATE INDEX workout_comment_account ON workout_comment (account_id);

CREATE INDEX workout_live_rower ON workout (account_id) WHERE state = 'live';
