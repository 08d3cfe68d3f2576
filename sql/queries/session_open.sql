-- $1 hash, $2 account, $3 user agent, $4 password hash that was checked
SELECT spoor.open_session($1::bytea, $2::uuid, $3, $4) AS opened;
