-- $1 login, $2 roles ({lead,technician}), $3 by (actor or NULL)
SELECT spoor.set_roles($1, $2::text[], $3::uuid) AS login;
