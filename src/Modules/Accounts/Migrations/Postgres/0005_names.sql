ALTER TABLE account ADD COLUMN first_name text;
ALTER TABLE account ADD COLUMN last_name text;

-- The address, in upper case, that somebody who registered with it alone logs in with: a second user name, seen by nobody else.
ALTER TABLE account ADD COLUMN login_key text;

CREATE UNIQUE INDEX account_login_key ON account (login_key) WHERE login_key IS NOT NULL;
