-- $1 event_ids: the erasures that took values from these events, as audit_notices.sql
SELECT n.seq, n.type, n.notice_id, floor(extract(epoch FROM n.recorded_at) * 1000)::bigint AS recorded_ms, n.actor_id,
       n.target, array_to_string(n.erased, ' ') AS erased, n.reason, r.number AS reason_number, encode(n.mac, 'hex') AS mac, r.label_en AS reason_en, r.label_nl AS reason_nl,
       n.verifier_key, n.incident, n.from_size, n.to_size, v.seq AS of_seq, v.device_id, encode(l.entry, 'hex') AS entry,
       o.tag, o.value, encode(o.salt, 'hex') AS salt,
       n.actor_id IS NULL AND EXISTS (SELECT FROM spoor.notice i WHERE i.type = 7 AND i.incident = 1 AND n.seq >= i.from_size AND n.seq < i.to_size) AS put_back
  FROM (SELECT DISTINCT unnest($1::uuid[]) AS event_id) asked
  JOIN LATERAL (SELECT * FROM spoor.notice m WHERE m.target = asked.event_id OFFSET 0) n ON true -- a look-up for each event
  JOIN spoor.event v ON v.event_id = n.target
  LEFT JOIN spoor.erasure_reason r ON r.code = n.reason
  LEFT JOIN spoor.ledger_entry l ON l.seq = n.seq
  LEFT JOIN LATERAL (SELECT * FROM spoor.opening z WHERE z.seq = n.seq AND z.tag = 20 LIMIT 1) o ON true
 ORDER BY n.seq;
