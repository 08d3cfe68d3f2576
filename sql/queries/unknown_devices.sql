-- $1 how many: what was scanned and is no device that somebody knows, while nobody took it in, put its label elsewhere, or said that it
-- was nothing; the latest first, among the latest 1000. OFFSET 0: each is looked up by itself, whatever the statistics say
SELECT v.device_id, coalesce(v.named, '') AS scanned, z.event_id AS latest, (extract(epoch FROM z.recorded_at) * 1000)::bigint AS recorded_at,
       k.name AS actor, z.device_seq + 1 AS records, l.code IS NOT NULL AS is_label
  FROM (SELECT e.seq, e.device_id, e.named FROM spoor.event e WHERE (e.flags & ~2 <> 0 OR e.detail ? 'claimed') AND e.flags & 16 <> 0
         ORDER BY e.seq DESC LIMIT 1000) v
 CROSS JOIN LATERAL (SELECT d.identified FROM spoor.device d WHERE d.id = v.device_id OFFSET 0) d
 CROSS JOIN LATERAL (SELECT c.device_seq FROM spoor.custody c WHERE c.device_id = v.device_id OFFSET 0) c
 CROSS JOIN LATERAL (SELECT x.* FROM spoor.event x WHERE x.device_id = v.device_id AND x.device_seq = c.device_seq OFFSET 0) z
  JOIN spoor.actor k ON k.id = z.actor_id
  LEFT JOIN LATERAL (SELECT x.code, x.device_id FROM spoor.label x WHERE x.code = v.named OFFSET 0) l ON true
 WHERE NOT d.identified AND (l.code IS NULL OR l.device_id = v.device_id)
   AND NOT (z.kind = 'corrected' AND z.detail ->> 'correction' = 'did_not_occur' AND (z.detail ? 'nothing' OR z.device_seq = 1))
 ORDER BY v.seq DESC LIMIT $1::int;
