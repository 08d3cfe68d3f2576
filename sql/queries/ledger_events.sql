-- $1 from this seq on, $2 how many; in the ledger's order
SELECT v.seq, v.event_id, v.device_id, v.device_seq, v.kind, (extract(epoch FROM v.recorded_at) * 1000)::bigint AS recorded_at,
       (extract(epoch FROM v.happened_at) * 1000)::bigint AS happened_at, k.name AS actor,
       coalesce(f.name, '') AS from_name, t.name AS to_name, coalesce(p.name, '') AS place, coalesce(v.step, '') AS step,
       coalesce(v.reason, '') AS reason, v.flags | CASE WHEN v.detail ? 'claimed' THEN 256 ELSE 0 END AS flags, coalesce((SELECT o.value FROM spoor.opening o WHERE o.seq = v.seq AND o.tag = 21), '') AS public_note,
       coalesce((SELECT o.value FROM spoor.opening o WHERE o.seq = v.seq AND o.tag = 22), '') AS private_note,
       btrim(d.make || ' ' || d.model) AS device,
       coalesce((SELECT l.code FROM spoor.label l WHERE l.device_id = d.id ORDER BY l.linked_at DESC LIMIT 1), '') AS code
  FROM spoor.event v
  JOIN spoor.device d ON d.id = v.device_id
  JOIN spoor.actor k ON k.id = v.actor_id
  JOIN spoor.party t ON t.id = v.to_id
  LEFT JOIN spoor.party f ON f.id = v.from_id
  LEFT JOIN spoor.party p ON p.id = v.place_id
 WHERE v.seq >= $1::bigint ORDER BY v.seq LIMIT $2::int;
