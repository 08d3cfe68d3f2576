-- $1 login, $2 name, $3 roles, $4 password hash, $5 actor, $6 named to owners
SELECT spoor.add_account($1, $2, $3::text[], $4, $5::uuid, $6::boolean) AS id;
