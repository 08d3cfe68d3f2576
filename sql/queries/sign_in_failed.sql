-- $1 key
SELECT spoor.sign_in_failed($1) AS failures;
