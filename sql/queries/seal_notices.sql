-- $1 from this seq on, $2 up to but without this one
SELECT n.seq, n.type, n.notice_id, floor(extract(epoch FROM n.recorded_at) * 1000)::bigint AS recorded_ms, n.actor_id,
       n.target, array_to_string(n.erased, ' ') AS erased, n.reason, r.number AS reason_number, encode(n.mac, 'hex') AS mac, n.verifier_key, n.incident,
       n.from_size, n.to_size
  FROM spoor.notice n LEFT JOIN spoor.erasure_reason r ON r.code = n.reason
 WHERE n.seq >= $1::bigint AND n.seq < $2::bigint ORDER BY n.seq;
