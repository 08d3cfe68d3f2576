-- $1 scanner, $2 actor
SELECT spoor.revoke_scanner($1::uuid, $2::uuid) AS id;
