-- $1 the site's zone, $2 how many, $3 and $4 after this return and repair: repairs to close, the longest returned first, each with
-- the key of its closing: the same for everybody, and another after another return. What somebody took back is not closed by itself again, nor
-- what is at a step of its repair again.
SELECT r.id AS repair_id, r.number, r.returned_at, r.device_id, k.event_id, (SELECT a.id FROM spoor.actor a WHERE a.kind = 'system' ORDER BY a.name LIMIT 1) AS actor_id
  FROM spoor.repair r
 CROSS JOIN LATERAL (SELECT overlay(overlay(md5(r.id || ' closed ' || floor(extract(epoch FROM r.returned_at) * 1000)::bigint)
       PLACING '4' FROM 13) PLACING '8' FROM 17)::uuid AS event_id) k
 WHERE r.closed_at IS NULL AND r.returned_at <= now() - interval '4 days' AND spoor.closes_at(r.returned_at, $1) <= now()
   AND NOT EXISTS (SELECT FROM spoor.custody c JOIN spoor.step s ON s.name = c.step WHERE c.device_id = r.device_id AND c.repair_id = r.id AND s.phase <> 'returned')
   AND (r.returned_at, r.id) > ($3::timestamptz, $4::uuid) AND NOT EXISTS (SELECT FROM spoor.event v WHERE v.event_id = k.event_id)
 ORDER BY r.returned_at, r.id LIMIT $2::int;
