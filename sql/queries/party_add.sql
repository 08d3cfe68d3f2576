-- $1 kind, $2 name, $3 e-mail, $4 actor, $5 label code or NULL
SELECT spoor.add_party($1, $2, $3, $4::uuid, $5) AS id;
