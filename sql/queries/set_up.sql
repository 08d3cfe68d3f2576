-- $1 login, $2 name, $3 password hash
SELECT spoor.set_up($1, $2, $3) AS id;
