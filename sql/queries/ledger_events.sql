-- $1 from this seq on, $2 how many; in the ledger's order. Names as in device_events.sql: those that were sealed
SELECT v.seq, v.event_id, v.device_id, v.device_seq, v.kind, (extract(epoch FROM v.recorded_at) * 1000)::bigint AS recorded_at,
       (extract(epoch FROM v.happened_at) * 1000)::bigint AS happened_at,
       spoor.sealed_name(a.value, CASE WHEN a.value IS NULL THEN spoor.erased_at_seq(v.seq, 20) END) AS actor,
       CASE WHEN v.from_id IS NULL THEN ''
            ELSE spoor.sealed_name(f.value, CASE WHEN f.value IS NULL THEN spoor.erased_at_seq(at.held_before, 17) END) END AS from_name,
       spoor.sealed_name(t.value, CASE WHEN t.value IS NULL THEN spoor.erased_at_seq(at.held_since, 17) END) AS to_name,
       CASE WHEN v.place_id IS NULL THEN '' ELSE spoor.sealed_name(p.value, NULL) END AS place, coalesce(v.step, '') AS step,
       coalesce(v.reason, '') AS reason, v.flags | CASE WHEN v.detail ? 'claimed' THEN 256 ELSE 0 END AS flags, coalesce((SELECT o.value FROM spoor.opening o WHERE o.seq = v.seq AND o.tag = 21), '') AS public_note,
       coalesce((SELECT o.value FROM spoor.opening o WHERE o.seq = v.seq AND o.tag = 22), '') AS private_note,
       v.corrects, coalesce(v.detail ->> 'outcome', '') AS outcome, coalesce(v.detail ->> 'expected_on', '') AS expected_on, coalesce(v.detail ->> 'expected_before', '') AS expected_before,
       coalesce(v.detail ->> 'next_update_on', '') AS next_update_on, coalesce(v.detail ->> 'correction', '') AS correction,
       btrim(d.make || ' ' || d.model) AS device,
       coalesce((SELECT l.code FROM spoor.label l WHERE l.device_id = d.id ORDER BY l.linked_at DESC LIMIT 1), '') AS code
  FROM spoor.event v
  JOIN spoor.device d ON d.id = v.device_id
 CROSS JOIN LATERAL (SELECT       -- not held_since() and placed_since(): a call of a function for each row is slow in a long list
               (SELECT h.seq FROM spoor.event h WHERE h.device_id = v.device_id AND h.device_seq <= v.device_seq
                   AND h.from_id IS DISTINCT FROM h.to_id ORDER BY h.device_seq DESC LIMIT 1) AS held_since,
               CASE WHEN v.from_id IS NOT NULL THEN (SELECT h.seq FROM spoor.event h WHERE h.device_id = v.device_id
                   AND h.device_seq <= v.device_seq - 1 AND h.from_id IS DISTINCT FROM h.to_id ORDER BY h.device_seq DESC LIMIT 1) END AS held_before,
               CASE WHEN v.place_id IS NOT NULL THEN (SELECT h.seq FROM spoor.event h CROSS JOIN LATERAL (SELECT FROM spoor.opening z WHERE z.seq = h.seq AND z.tag = 18 LIMIT 1) o
                   WHERE h.device_id = v.device_id AND h.device_seq <= v.device_seq ORDER BY h.device_seq DESC LIMIT 1) END AS placed_since) at
  LEFT JOIN LATERAL (SELECT * FROM spoor.opening z WHERE z.seq = v.seq AND z.tag = 20 LIMIT 1) a ON true
  LEFT JOIN LATERAL (SELECT * FROM spoor.opening z WHERE z.seq = at.held_since AND z.tag = 17 LIMIT 1) t ON true
  LEFT JOIN LATERAL (SELECT * FROM spoor.opening z WHERE z.seq = at.held_before AND z.tag = 17 LIMIT 1) f ON true
  LEFT JOIN LATERAL (SELECT * FROM spoor.opening z WHERE z.seq = at.placed_since AND z.tag = 18 LIMIT 1) p ON true
 WHERE v.seq >= $1::bigint ORDER BY v.seq LIMIT $2::int;
