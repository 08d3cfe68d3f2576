-- $1 epoch, $2 first seq, $3 entries, $4 levels, $5 positions, $6 hashes of the complete tiles, $7 size, $8 checkpoint
SELECT spoor.store_sealed($1::bigint, $2::bigint, $3::bytea[], $4::smallint[], $5::bigint[], $6::bytea[], $7::bigint, $8) AS size;
