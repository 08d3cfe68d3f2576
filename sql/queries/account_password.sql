-- $1 login, $2 password hash, $3 actor
SELECT spoor.set_password($1, $2, $3::uuid) AS login;
