-- $1 hash, $2 account, $3 user agent
SELECT spoor.open_session($1::bytea, $2::uuid, $3) AS opened;
