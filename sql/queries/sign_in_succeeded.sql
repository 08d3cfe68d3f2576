-- $1 key
SELECT spoor.sign_in_succeeded($1) AS failures;
