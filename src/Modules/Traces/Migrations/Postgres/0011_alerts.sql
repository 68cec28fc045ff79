-- What somebody wants to be told of in a study; what is NULL they do not.
CREATE TABLE study_alert (
  study               bigint NOT NULL REFERENCES study (key) ON DELETE CASCADE,
  account             uuid NOT NULL,
  silence_minutes     bigint,
  hours_from          text,
  hours_until         text,
  zone                text,
  quarantine_per_hour bigint,
  stop_minutes        bigint,
  end_name            text,
  retention_days      bigint,
  checked_at          timestamptz NOT NULL,
  -- What was told last, so that it is told once: the position that the silence follows, the hour, the week.
  told_silence        bigint,
  told_quarantine     text,
  told_retention      text,
  PRIMARY KEY (study, account)
);

CREATE INDEX study_alert_account ON study_alert (account);
