ALTER TABLE account ADD COLUMN first_name TEXT;
ALTER TABLE account ADD COLUMN last_name TEXT;

-- The address, in upper case, that somebody who registered with it alone logs in with: a second user name, seen by nobody else.
ALTER TABLE account ADD COLUMN login_key TEXT;

CREATE UNIQUE INDEX account_login_key ON account (login_key) WHERE login_key IS NOT NULL;
