-- $1 code of a label in force, $2 only below this device_seq, $3 how many; the latest first: the device with its
-- events in one answer. Its own facts (d_…) stand in the first row only.
SELECT v.seq, v.device_seq, v.event_id, v.kind, coalesce(h.name, '') AS from_name, t.name AS to_name, coalesce(p.name, '') AS place,
       coalesce(v.step, '') AS step, coalesce(v.reason, '') AS reason, k.name AS actor, n.public_note, n.private_note,
       (extract(epoch FROM v.happened_at) * 1000)::bigint AS happened_at,
       (extract(epoch FROM v.recorded_at) * 1000)::bigint AS recorded_at, v.flags | CASE WHEN v.detail ? 'claimed' THEN 256 ELSE 0 END AS flags,
       v.corrects, coalesce(v.detail ->> 'outcome', '') AS outcome, coalesce(v.detail ->> 'expected_on', '') AS expected_on, coalesce(v.detail ->> 'expected_before', '') AS expected_before,
       coalesce(v.detail ->> 'next_update_on', '') AS next_update_on, coalesce(v.detail ->> 'correction', '') AS correction, f.*
  FROM (SELECT i.device_id FROM spoor.label i WHERE i.code = $1 AND i.device_id IS NOT NULL AND i.revoked_at IS NULL LIMIT 1) l -- by itself: beside
       -- what the rest is thought to cost, without statistics, a pass over all labels is nothing to the planner
 CROSS JOIN LATERAL (SELECT e.*, row_number() OVER () AS place_in_answer FROM (SELECT * FROM spoor.event x
         WHERE x.device_id = l.device_id AND x.device_seq < $2::int ORDER BY x.device_seq DESC LIMIT $3::int) e) v
  JOIN spoor.actor k ON k.id = v.actor_id
  JOIN spoor.party t ON t.id = v.to_id
  LEFT JOIN spoor.party h ON h.id = v.from_id
  LEFT JOIN spoor.party p ON p.id = v.place_id
  LEFT JOIN LATERAL (SELECT max(o.value) FILTER (WHERE o.tag = 21) AS public_note, max(o.value) FILTER (WHERE o.tag = 22) AS private_note
                       FROM spoor.opening o WHERE o.seq = v.seq AND o.tag BETWEEN 21 AND 22) n ON true
  LEFT JOIN LATERAL (SELECT d.id AS d_id, btrim(d.make || ' ' || d.model) AS d_name, d.kind AS d_kind,
               (SELECT i.code FROM spoor.label i WHERE i.device_id = d.id AND i.revoked_at IS NULL ORDER BY i.linked_at DESC LIMIT 1) AS d_code,
               b.name AS d_custodian, q.name AS d_place, c.step AS d_step, s.phase AS d_phase, c.waiting AS d_waiting,
               r.number AS d_number, r.expected_on AS d_expected_on, r.outcome AS d_outcome, d.identified AS d_identified
          FROM spoor.device d
          JOIN spoor.custody c ON c.device_id = d.id
          JOIN spoor.party b ON b.id = c.custodian_id
          LEFT JOIN spoor.party q ON q.id = c.place_id
          LEFT JOIN spoor.step s ON s.name = c.step
          LEFT JOIN spoor.repair r ON r.id = c.repair_id
         WHERE d.id = l.device_id AND v.place_in_answer = 1) f ON true
 ORDER BY v.device_seq DESC;
