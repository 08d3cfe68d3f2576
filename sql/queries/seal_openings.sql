-- $1 from this seq on, $2 up to but without this one
SELECT o.seq, o.tag, o.value, encode(o.salt, 'hex') AS salt
  FROM spoor.opening o WHERE o.seq >= $1::bigint AND o.seq < $2::bigint ORDER BY o.seq, o.tag;
