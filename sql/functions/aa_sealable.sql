-- An event as the sealer and the checks read it: times as milliseconds, words with their stable numbers, and what stood
-- before it on the same device. Dropped first: functions and views are renewed with every migrate.
DROP VIEW IF EXISTS spoor.sealable;
CREATE VIEW spoor.sealable AS
SELECT v.seq, v.event_id, v.device_id, v.device_seq, v.kind, k.number AS kind_number,
       floor(extract(epoch FROM v.recorded_at) * 1000)::bigint AS recorded_ms,
       floor(extract(epoch FROM v.happened_at) * 1000)::bigint AS happened_ms, v.offset_minutes, v.actor_id,
       v.scanner_id, v.scanner_seq, v.from_id, v.to_id, v.place_id, v.step, s.number AS step_number, v.reason,
       r.number AS reason_number, v.corrects, v.flags, v.repair_id, v.detail::text AS detail, v.named, v.said,
       encode(v.mac, 'hex') AS mac, b.to_id AS before_to, b.place_id AS before_place, b.seq AS before_seq
  FROM spoor.event v
  JOIN spoor.event_kind k ON k.name = v.kind
  LEFT JOIN spoor.step s ON s.name = v.step
  LEFT JOIN spoor.reason r ON r.code = v.reason
  LEFT JOIN spoor.event b ON b.device_id = v.device_id AND b.device_seq = v.device_seq - 1;

-- The seq of the erasure that destroyed the value behind a field of an event; NULL: none did.
CREATE OR REPLACE FUNCTION spoor.erased_by(of_event uuid, of_tag int)
RETURNS bigint LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT n.seq FROM spoor.notice n WHERE n.target = of_event AND of_tag = ANY (n.erased) LIMIT 1;
$$;
