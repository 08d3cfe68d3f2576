-- $1 key; seconds that it still has to wait
SELECT spoor.sign_in_delay($1) AS seconds;
