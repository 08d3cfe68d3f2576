-- $1 from this seq on, $2 up to but without this one, $3 only this device, $4 how many: rows as the auditor's pages show
-- them: ids from the row, names from the opening (an id has 36 characters), so that a change of either shows; *_gone: the
-- seq of the erasure entry that took it
SELECT v.*, v.to_id || substr(h.value, 37) AS holder, coalesce(v.place_id::text, '') || coalesce(substr(p.value, 37), '') AS place,
       i.value AS identity, v.actor_id || substr(r.value, 37) AS recorder, n.value AS public_note,
       m.value AS private_note, spoor.erased_by(hv.event_id, 17) AS holder_gone, spoor.erased_by(v.event_id, 20) AS recorder_gone,
       spoor.erased_by(v.event_id, 21) AS public_note_gone, spoor.erased_by(v.event_id, 22) AS private_note_gone, spoor.erased_by(v.event_id, 24) AS detail_gone,
       hv.seq AS holder_seq, pv.seq AS place_seq
  FROM spoor.sealable v
  LEFT JOIN LATERAL (SELECT e.seq, e.event_id FROM spoor.event e
                 WHERE e.device_id = v.device_id AND e.device_seq <= v.device_seq AND e.from_id IS DISTINCT FROM e.to_id
                 ORDER BY e.device_seq DESC LIMIT 1) hv ON true
  LEFT JOIN LATERAL (SELECT e.seq FROM spoor.event e CROSS JOIN LATERAL (SELECT FROM spoor.opening z WHERE z.seq = e.seq AND z.tag = 18 LIMIT 1) o
                      WHERE e.device_id = v.device_id AND e.device_seq <= v.device_seq
                      ORDER BY e.device_seq DESC LIMIT 1) pv ON true
  LEFT JOIN LATERAL (SELECT * FROM spoor.opening z WHERE z.seq = hv.seq AND z.tag = 17 LIMIT 1) h ON true
  LEFT JOIN LATERAL (SELECT * FROM spoor.opening z WHERE z.seq = pv.seq AND z.tag = 18 LIMIT 1) p ON true
  LEFT JOIN LATERAL (SELECT * FROM spoor.opening z WHERE z.seq = v.seq AND z.tag = 19 LIMIT 1) i ON true
  LEFT JOIN LATERAL (SELECT * FROM spoor.opening z WHERE z.seq = v.seq AND z.tag = 20 LIMIT 1) r ON true
  LEFT JOIN LATERAL (SELECT * FROM spoor.opening z WHERE z.seq = v.seq AND z.tag = 21 LIMIT 1) n ON true
  LEFT JOIN LATERAL (SELECT * FROM spoor.opening z WHERE z.seq = v.seq AND z.tag = 22 LIMIT 1) m ON true
 WHERE v.seq >= $1::bigint AND v.seq < $2::bigint AND ($3::uuid IS NULL OR v.device_id = $3::uuid)
 ORDER BY v.seq LIMIT $4::int;
