-- $1 actor; what this actor recorded in the last 12 hours, the latest first
SELECT v.event_id, v.device_id, v.kind, coalesce(v.detail ->> 'outcome', '') AS outcome, (extract(epoch FROM v.recorded_at) * 1000)::bigint AS recorded_at,
       coalesce(s.label_en, '') AS step_en, coalesce(s.label_nl, '') AS step_nl, coalesce(w.label_en, '') AS waiting_en,
       coalesce(w.label_nl, '') AS waiting_nl, btrim(d.make || ' ' || d.model) AS name,
       coalesce((SELECT l.code FROM spoor.label l WHERE l.device_id = d.id AND l.revoked_at IS NULL ORDER BY l.linked_at DESC LIMIT 1), '') AS code,
       coalesce((SELECT a.value FROM spoor.alias a WHERE a.device_id = d.id ORDER BY a.kind <> 'serial', a.added_at LIMIT 1), '') AS serial
  FROM (SELECT * FROM spoor.event a WHERE a.actor_id BETWEEN $1::uuid AND $1::uuid ORDER BY a.actor_id DESC, a.seq DESC LIMIT 60) v
    -- no more: behind these may be thousands of other days. BETWEEN: the actor's index alone has this order, no plan can read all actors' events
  JOIN spoor.device d ON d.id = v.device_id LEFT JOIN spoor.step s ON s.name = coalesce(v.detail #>> '{claimed,step}', v.step)
  LEFT JOIN spoor.reason w ON w.code = coalesce(v.detail #>> '{claimed,reason}', v.waiting)
 WHERE v.recorded_at >= now() - interval '12 hours'
   AND v.kind NOT IN ('registered', 'label_linked', 'closed')
 ORDER BY v.seq DESC LIMIT 12;
