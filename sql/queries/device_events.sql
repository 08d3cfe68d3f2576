-- $1 device, $2 only below this device_seq, $3 how many; the latest first. Names are those that were sealed, from the openings,
-- whatever the tables say today; *_gone: the erasure that took one
SELECT v.seq, v.event_id, v.device_seq, v.kind, (extract(epoch FROM v.recorded_at) * 1000)::bigint AS recorded_at,
       (extract(epoch FROM v.happened_at) * 1000)::bigint AS happened_at, k.kind AS actor_kind, k.party_id AS actor_party,
       spoor.sealed_name(a.value, ag.gone) AS actor, ag.gone AS actor_gone,
       CASE WHEN v.from_id IS NULL THEN '' ELSE spoor.sealed_name(fo.value, fg.gone) END AS from_name, fg.gone AS from_gone,
       spoor.sealed_name(t.value, tg.gone) AS to_name, tg.gone AS to_gone, v.from_id IS DISTINCT FROM v.to_id AS moved,
       CASE WHEN v.place_id IS NULL THEN '' ELSE spoor.sealed_name(p.value, NULL) END AS place,
       coalesce(v.step, '') AS step, coalesce(s.label_en, '') AS step_en, coalesce(s.label_nl, '') AS step_nl,
       coalesce(v.reason, '') AS reason, w.label_en AS reason_en, w.label_nl AS reason_nl, v.waiting,
       v.flags | CASE WHEN v.detail ? 'claimed' THEN 256 ELSE 0 END AS flags, coalesce(v.detail ? 'claimed', false) AS overtaken,
       v.detail ? 'claimed' AND b.to_id = v.to_id AND b.place_id IS NOT DISTINCT FROM v.place_id AND b.step IS NOT DISTINCT FROM v.step
           AND b.waiting IS NOT DISTINCT FROM v.waiting AS idle,
       (SELECT c.name FROM spoor.party c WHERE c.id = spoor.claimed(v.detail, 'to')) AS claimed_to,
       (SELECT c.name FROM spoor.party c WHERE c.id = spoor.claimed(v.detail, 'place')) AS claimed_place,
       coalesce(v.detail::text, '') AS detail, coalesce(v.detail ->> 'outcome', '') AS outcome, coalesce((SELECT o.value FROM spoor.opening o WHERE o.seq = v.seq AND o.tag = 21), '') AS public_note,
       coalesce((SELECT o.value FROM spoor.opening o WHERE o.seq = v.seq AND o.tag = 22), '') AS private_note,
       EXISTS (SELECT FROM spoor.event u WHERE u.corrects = v.event_id) AS corrected, v.corrects,
       coalesce(v.detail ->> 'expected_on', '') AS expected_on, coalesce(v.detail ->> 'expected_before', '') AS expected_before,
       coalesce(v.detail ->> 'next_update_on', '') AS next_update_on, coalesce(v.detail ->> 'correction', '') AS correction
  FROM (SELECT e.*, max(e.seq) FILTER (WHERE e.from_id IS DISTINCT FROM e.to_id) OVER upto AS held_since,
               max(e.seq) FILTER (WHERE e.from_id IS DISTINCT FROM e.to_id) OVER earlier AS held_before,
               max(e.placed) OVER upto AS placed_since
          FROM (SELECT x.*, (SELECT o.seq FROM spoor.opening o WHERE o.seq = x.seq AND o.tag = 18) AS placed
                  FROM spoor.event x WHERE x.device_id = $1::uuid AND x.device_seq < $2::int
                 ORDER BY x.device_seq DESC LIMIT $3::int) e
        WINDOW upto AS (ORDER BY e.device_seq), earlier AS (ORDER BY e.device_seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) v
 CROSS JOIN LATERAL (SELECT coalesce(v.held_since, spoor.held_since(v.device_id, v.device_seq)) AS held_since,
               CASE WHEN v.from_id IS NOT NULL THEN coalesce(v.held_before, spoor.held_since(v.device_id, v.device_seq - 1)) END AS held_before,
               CASE WHEN v.place_id IS NOT NULL THEN coalesce(v.placed_since, spoor.placed_since(v.device_id, v.device_seq)) END AS placed_since) at
  JOIN spoor.actor k ON k.id = v.actor_id
  LEFT JOIN LATERAL (SELECT * FROM spoor.opening z WHERE z.seq = v.seq AND z.tag = 20 LIMIT 1) a ON true
  LEFT JOIN LATERAL (SELECT * FROM spoor.opening z WHERE z.seq = at.held_since AND z.tag = 17 LIMIT 1) t ON true
  LEFT JOIN LATERAL (SELECT * FROM spoor.opening z WHERE z.seq = at.held_before AND z.tag = 17 LIMIT 1) fo ON true
  LEFT JOIN LATERAL (SELECT * FROM spoor.opening z WHERE z.seq = at.placed_since AND z.tag = 18 LIMIT 1) p ON true
  LEFT JOIN LATERAL (SELECT spoor.erased_at_seq(v.seq, 20) AS gone WHERE a.value IS NULL) ag ON true
  LEFT JOIN LATERAL (SELECT spoor.erased_at_seq(at.held_since, 17) AS gone WHERE t.value IS NULL) tg ON true
  LEFT JOIN LATERAL (SELECT spoor.erased_at_seq(at.held_before, 17) AS gone WHERE fo.value IS NULL AND v.from_id IS NOT NULL) fg ON true
  LEFT JOIN LATERAL (SELECT * FROM spoor.event z WHERE z.device_id = v.device_id AND z.device_seq = v.device_seq - 1 LIMIT 1) b ON true
  LEFT JOIN spoor.step s ON s.name = coalesce(v.detail #>> '{claimed,step}', v.step)
  LEFT JOIN spoor.reason w ON w.code = v.reason
 ORDER BY v.device_seq DESC;
