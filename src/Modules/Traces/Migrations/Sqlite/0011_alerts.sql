-- What somebody wants to be told of in a study; what is NULL they do not.
CREATE TABLE study_alert (
  study               INTEGER NOT NULL REFERENCES study (key) ON DELETE CASCADE,
  account             BLOB NOT NULL,
  silence_minutes     INTEGER,
  hours_from          TEXT,
  hours_until         TEXT,
  zone                TEXT,
  quarantine_per_hour INTEGER,
  stop_minutes        INTEGER,
  end_name            TEXT,
  retention_days      INTEGER,
  checked_at          INTEGER NOT NULL,
  -- What was told last, so that it is told once: the position that the silence follows, the hour, the week.
  told_silence        INTEGER,
  told_quarantine     TEXT,
  told_retention      TEXT,
  PRIMARY KEY (study, account)
) WITHOUT ROWID;

CREATE INDEX study_alert_account ON study_alert (account);
