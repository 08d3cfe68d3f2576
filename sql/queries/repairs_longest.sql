-- $1 step or '', $2 text or '', $3 and $8 only behind this moment (microseconds since 1970) and device, $4 how many, $5 today, $6 only what was to be back before today and is not ready,
-- $7 the code of a label in the text or ''. The longest in its step first.
-- What was returned is found by its step or by a text
SELECT r.number, btrim(d.make || ' ' || d.model) AS name, d.id AS device_id, (extract(epoch FROM r.opened_at) * 1000)::bigint AS opened_at, ceil(extract(epoch FROM c.step_since) * 1000)::bigint AS step_since,
       (extract(epoch FROM c.step_since) * 1000000)::bigint || '.' || c.device_id AS behind,
       coalesce((SELECT l.code FROM spoor.label l WHERE l.device_id = d.id AND l.revoked_at IS NULL ORDER BY l.linked_at DESC LIMIT 1), '') AS code,
       coalesce((SELECT a.value FROM spoor.alias a WHERE a.device_id = d.id ORDER BY a.kind <> 'serial', a.added_at LIMIT 1), '') AS serial,
       coalesce(c.step, '') AS step, s.label_en AS step_en, s.label_nl AS step_nl, coalesce(c.waiting, '') AS waiting,
       w.label_en AS waiting_en, w.label_nl AS waiting_nl, h.name AS custodian, o.name AS owner, r.problem, r.expected_on, CASE WHEN s.phase = 'returned' THEN r.outcome END AS outcome,
       coalesce(l.late, false) AS late
  FROM spoor.custody c JOIN spoor.repair r ON r.id = c.repair_id JOIN spoor.device d ON d.id = c.device_id
  JOIN spoor.party h ON h.id = c.custodian_id JOIN spoor.party o ON o.id = r.owner_id
  LEFT JOIN spoor.step s ON s.name = c.step LEFT JOIN spoor.reason w ON w.code = c.waiting
 CROSS JOIN LATERAL (SELECT r.expected_on < $5::date AND r.returned_at IS NULL AND s.phase IS DISTINCT FROM 'ready' AS late) l
 WHERE c.repair_id IS NOT NULL AND r.closed_at IS NULL AND ($1 = '' OR c.step = $1) AND (l.late OR NOT $6::boolean)
   AND ($1 <> '' OR $2 <> '' OR r.returned_at IS NULL OR s.phase IS DISTINCT FROM 'returned')
   AND ($2 = '' OR r.number = upper($2) OR EXISTS (SELECT FROM spoor.alias a WHERE a.value = $2 AND a.device_id = d.id)
        OR EXISTS (SELECT FROM spoor.label x WHERE x.code = $7 AND x.device_id = d.id AND x.revoked_at IS NULL) OR position(lower($2) in lower(d.make || ' ' || d.model || ' ' || o.name || ' ' || r.problem)) > 0)
   AND (c.step_since, c.device_id) > ('epoch'::timestamptz + $3::bigint * interval '1 microsecond', CASE WHEN $8 ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN $8::uuid ELSE '00000000-0000-0000-0000-000000000000' END)
 ORDER BY c.step_since, c.device_id LIMIT $4::int;
