-- $1 device: who has it, where it stands, its open or latest repair
SELECT d.id AS device_id, btrim(d.make || ' ' || d.model) AS name, d.kind, d.identified, concat_ws('|', d.kind, d.make, d.model) AS described,
       coalesce((SELECT string_agg(a.kind || '=' || a.value, E'\n') FROM spoor.alias a WHERE a.device_id = d.id), '') AS numbers,
       coalesce((SELECT l.code FROM spoor.label l WHERE l.device_id = d.id AND l.revoked_at IS NULL ORDER BY l.linked_at DESC LIMIT 1), '') AS code,
       coalesce((SELECT string_agg(a.value, ', ' ORDER BY a.added_at) FROM spoor.alias a WHERE a.device_id = d.id), '') AS aliases,
       c.custodian_id, h.name AS custodian, coalesce(c.offered_to::text, '') AS offered_to, coalesce((SELECT q.name FROM spoor.party q WHERE q.id = c.offered_to), '') AS offered, coalesce(p.name, '') AS place, c.step, s.label_en AS step_en, s.label_nl AS step_nl,
       s.position AS step_position, s.phase, c.waiting, w.label_en AS waiting_en, w.label_nl AS waiting_nl,
       c.seq, c.device_seq, coalesce(r.number, '') AS number, coalesce(r.problem, '') AS problem, coalesce(r.condition, '') AS condition, coalesce(r.accessories, '') AS accessories, r.expected_on, CASE WHEN s.phase = 'returned' THEN r.outcome END AS outcome,
       r.returned_at IS NOT NULL AS returned, coalesce(o.name, '') AS owner
  FROM spoor.device d
  JOIN spoor.custody c ON c.device_id = d.id
  JOIN spoor.party h ON h.id = c.custodian_id
  LEFT JOIN spoor.party p ON p.id = c.place_id
  LEFT JOIN spoor.step s ON s.name = c.step
  LEFT JOIN spoor.reason w ON w.code = c.waiting
  LEFT JOIN spoor.repair r ON r.id = c.repair_id
  LEFT JOIN spoor.party o ON o.id = coalesce(r.owner_id, d.owner_id)
 WHERE d.id = $1::uuid;
