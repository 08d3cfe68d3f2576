-- $1 level, $2 position
SELECT encode(t.hashes, 'hex') AS hashes FROM spoor.tile t WHERE t.level = $1::smallint AND t.position = $2::bigint;
