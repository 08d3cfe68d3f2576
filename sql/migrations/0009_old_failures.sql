-- Failed tries to sign in that are old are forgotten a few at a time, found by their time.
CREATE INDEX sign_in_failure_by_time ON spoor.sign_in_failure (last_at);
