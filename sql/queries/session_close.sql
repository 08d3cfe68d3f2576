-- $1 hash
SELECT spoor.close_session($1::bytea) AS closed;
