-- $1 device, $2 only below this device_seq, $3 how many; the latest first
SELECT v.seq, v.event_id, v.device_seq, v.kind, (extract(epoch FROM v.recorded_at) * 1000)::bigint AS recorded_at,
       (extract(epoch FROM v.happened_at) * 1000)::bigint AS happened_at, k.name AS actor, k.kind AS actor_kind,
       coalesce(f.name, '') AS from_name, t.name AS to_name, v.from_id IS DISTINCT FROM v.to_id AS moved,
       coalesce(p.name, '') AS place, coalesce(v.step, '') AS step, coalesce(s.label_en, '') AS step_en, coalesce(s.label_nl, '') AS step_nl,
       coalesce(v.reason, '') AS reason, w.label_en AS reason_en, w.label_nl AS reason_nl, v.waiting,
       v.flags | CASE WHEN v.detail ? 'claimed' THEN 256 ELSE 0 END AS flags, coalesce(v.detail ? 'claimed', false) AS overtaken,
       v.detail ? 'claimed' AND b.to_id = v.to_id AND b.place_id IS NOT DISTINCT FROM v.place_id AND b.step IS NOT DISTINCT FROM v.step
           AND b.waiting IS NOT DISTINCT FROM v.waiting AS idle,
       (SELECT c.name FROM spoor.party c WHERE c.id = spoor.claimed(v.detail, 'to')) AS claimed_to,
       (SELECT c.name FROM spoor.party c WHERE c.id = spoor.claimed(v.detail, 'place')) AS claimed_place,
       coalesce(v.detail::text, '') AS detail, coalesce((SELECT o.value FROM spoor.opening o WHERE o.seq = v.seq AND o.tag = 21), '') AS public_note,
       coalesce((SELECT o.value FROM spoor.opening o WHERE o.seq = v.seq AND o.tag = 22), '') AS private_note,
       EXISTS (SELECT FROM spoor.event u WHERE u.corrects = v.event_id) AS corrected
  FROM (SELECT * FROM spoor.event e WHERE e.device_id = $1::uuid AND e.device_seq < $2::int
         ORDER BY e.device_seq DESC LIMIT $3::int) v
  JOIN spoor.actor k ON k.id = v.actor_id
  JOIN spoor.party t ON t.id = v.to_id
  LEFT JOIN spoor.event b ON b.device_id = v.device_id AND b.device_seq = v.device_seq - 1
  LEFT JOIN spoor.party f ON f.id = v.from_id
  LEFT JOIN spoor.party p ON p.id = v.place_id
  LEFT JOIN spoor.step s ON s.name = coalesce(v.detail #>> '{claimed,step}', v.step)
  LEFT JOIN spoor.reason w ON w.code = v.reason
 ORDER BY v.device_seq DESC;
