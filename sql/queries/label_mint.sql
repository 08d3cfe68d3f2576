-- $1 batch, $2 codes, $3 actor
SELECT spoor.mint_labels($1, $2::text[], $3::uuid) AS count;
