-- $1 from this seq on, $2 up to but without this one, $3 only of this device's events, $4 how many
SELECT o.seq, o.tag, o.value, encode(o.salt, 'hex') AS salt
  FROM spoor.opening o
 WHERE o.seq >= $1::bigint AND o.seq < $2::bigint
   AND ($3::uuid IS NULL OR EXISTS (SELECT FROM spoor.event v WHERE v.seq = o.seq AND v.device_id = $3::uuid))
 ORDER BY o.seq, o.tag LIMIT $4::int;
