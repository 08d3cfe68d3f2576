-- $1 repair number, $2 hash of the new link, $3 actor
SELECT spoor.reissue_link($1, $2::bytea, $3::uuid) AS number;
