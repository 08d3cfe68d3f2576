-- $1 token, $2 by (actor or NULL)
SELECT spoor.revoke_token($1::uuid, $2::uuid) AS id;
