-- $1 only below this seq, $2 how many; what contradicts (lateness alone does not count, nor that a device was not known: unknown_devices.sql), the latest first
SELECT v.seq, v.kind, (extract(epoch FROM v.recorded_at) * 1000)::bigint AS recorded_at, k.name AS actor, t.name AS to_name,
       coalesce(v.step, '') AS step, coalesce(s.label_en, '') AS step_en, coalesce(s.label_nl, '') AS step_nl,
       coalesce(w.label_en, '') AS reason_en, coalesce(w.label_nl, '') AS reason_nl, v.flags | CASE WHEN v.detail ? 'claimed' THEN 256 ELSE 0 END AS flags,
       coalesce(v.detail ->> 'outcome', '') AS outcome, btrim(d.make || ' ' || d.model) AS device, d.id AS device_id,
       coalesce((SELECT l.code FROM spoor.label l WHERE l.device_id = d.id ORDER BY l.linked_at DESC LIMIT 1), '') AS code,
       coalesce((SELECT a.value FROM spoor.alias a WHERE a.device_id = d.id ORDER BY a.kind <> 'serial', a.added_at LIMIT 1), '') AS serial
  FROM spoor.event v JOIN spoor.device d ON d.id = v.device_id JOIN spoor.actor k ON k.id = v.actor_id
  JOIN spoor.party t ON t.id = v.to_id LEFT JOIN spoor.step s ON s.name = coalesce(v.detail #>> '{claimed,step}', v.step)
  LEFT JOIN spoor.reason w ON w.code = v.reason
 WHERE v.seq < $1::bigint AND (v.flags & ~2 <> 0 OR v.detail ? 'claimed') AND (v.flags & ~18 <> 0 OR v.detail ? 'claimed') ORDER BY v.seq DESC LIMIT $2::int;
