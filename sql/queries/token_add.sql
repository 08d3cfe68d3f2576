-- $1 name, $2 roles, $3 hash, $4 actor
SELECT spoor.add_token($1, $2::text[], $3::bytea, $4::uuid) AS id;
