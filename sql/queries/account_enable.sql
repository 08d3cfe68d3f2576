-- $1 login, $2 enabled, $3 actor
SELECT spoor.enable_account($1, $2::boolean, $3::uuid) AS scanners;
