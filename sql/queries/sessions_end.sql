-- $1 hash of the cookie (bytea as text), $2 the session to end; NULL: all others
SELECT spoor.end_sessions($1::bytea, $2::uuid) AS ended;
