-- $1 name, $2 login or NULL, $3 hash of the one-time code, $4 actor
SELECT spoor.add_scanner($1, $2, $3::bytea, $4::uuid) AS id;
