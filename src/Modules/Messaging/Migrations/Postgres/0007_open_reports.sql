-- What moderators look at first is found without reading what is settled.
CREATE INDEX report_open ON report (id) WHERE resolution IS NULL;
