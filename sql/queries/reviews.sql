-- conflicts that nobody settled yet, the latest first: what was said, and of which device, as far as that is known; how many were
-- recorded that did not fit among them
SELECT r.id, r.why, (extract(epoch FROM r.received_at) * 1000)::bigint AS received_at, k.name AS actor, coalesce(r.body ->> 'kind', '') AS kind,
       coalesce(s.label_en, r.body ->> 'step', '') AS step_en, coalesce(s.label_nl, r.body ->> 'step', '') AS step_nl,
       coalesce(w.label_en, r.body ->> 'reason', '') AS reason_en, coalesce(w.label_nl, r.body ->> 'reason', '') AS reason_nl,
       coalesce(r.body #>> '{detail,outcome}', '') AS outcome, d.id AS device_id, btrim(d.make || ' ' || d.model) AS device,
       coalesce((SELECT l.code FROM spoor.label l WHERE l.device_id = d.id ORDER BY l.linked_at DESC LIMIT 1), '') AS code,
       coalesce((SELECT a.value FROM spoor.alias a WHERE a.device_id = d.id ORDER BY a.kind <> 'serial', a.added_at LIMIT 1), '') AS serial,
       coalesce(r.body ->> 'code', r.body ->> 'alias', '') AS scanned,
       (SELECT sum(c.left_out)::bigint FROM spoor.review_count c) AS left_out
  FROM (SELECT * FROM spoor.review x WHERE x.settled_at IS NULL ORDER BY x.id DESC LIMIT 100) r
  JOIN spoor.actor k ON k.id = r.actor_id
  LEFT JOIN spoor.step s ON s.name = r.body ->> 'step'
  LEFT JOIN spoor.reason w ON w.code = r.body ->> 'reason'
  LEFT JOIN spoor.device d ON d.id = coalesce((r.body ->> 'device_id')::uuid,
       (SELECT l.device_id FROM spoor.label l WHERE l.code = r.body ->> 'code'),
       (SELECT CASE WHEN count(DISTINCT a.device_id) = 1 THEN min(a.device_id::text)::uuid END
          FROM spoor.alias a WHERE a.value = coalesce(r.body ->> 'alias', r.body ->> 'code')),
       (SELECT v.device_id FROM spoor.event v WHERE v.event_id = (r.body ->> 'corrects')::uuid))
 ORDER BY r.id DESC;
