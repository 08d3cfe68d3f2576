-- $1 from this seq on, $2 up to but without this one
SELECT * FROM spoor.sealable v WHERE v.seq >= $1::bigint AND v.seq < $2::bigint ORDER BY v.seq;
