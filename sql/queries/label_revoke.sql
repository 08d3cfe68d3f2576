-- $1 code, $2 why, $3 by (actor or NULL); for a label that is on no device
SELECT spoor.revoke_label($1, $2, $3::uuid) AS code;
