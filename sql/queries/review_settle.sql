-- $1 review, $2 actor
SELECT spoor.settle_review($1::bigint, $2::uuid) AS id;
