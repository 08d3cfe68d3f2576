-- The id that stands there; NULL: something else does.
CREATE OR REPLACE FUNCTION spoor.id_in(words text)
RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN words ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN words::uuid END;
$$;

-- An event as the sealer and the checks read it: times as milliseconds, words with their stable numbers, and what stood
-- before it on the same device. Dropped first: functions and views are renewed with every migrate. Here and elsewhere, what is
-- found by two columns is looked up row by row (LATERAL … LIMIT 1): without statistics a join of them reads its whole index.
DROP VIEW IF EXISTS spoor.auditable;
DROP VIEW IF EXISTS spoor.sealable;
CREATE VIEW spoor.sealable AS
SELECT v.seq, v.event_id, v.device_id, v.device_seq, v.kind, k.number AS kind_number,
       floor(extract(epoch FROM v.recorded_at) * 1000)::bigint AS recorded_ms,
       floor(extract(epoch FROM v.happened_at) * 1000)::bigint AS happened_ms, v.offset_minutes, v.actor_id,
       v.scanner_id, v.scanner_seq, v.from_id, v.to_id, v.place_id, v.step, s.number AS step_number, v.reason,
       r.number AS reason_number, v.corrects, v.flags, v.repair_id, v.detail::text AS detail, v.named, v.said,
       encode(v.mac, 'hex') AS mac, b.to_id AS before_to, b.place_id AS before_place, b.step AS before_step, b.waiting AS before_waiting, b.seq AS before_seq,
       i.seq AS beside_seq, i.kind AS beside_kind, i.device_id AS beside_device
  FROM spoor.event v
  JOIN spoor.event_kind k ON k.name = v.kind
  LEFT JOIN spoor.step s ON s.name = v.step
  LEFT JOIN spoor.reason r ON r.code = v.reason
  LEFT JOIN LATERAL (SELECT * FROM spoor.event z WHERE z.device_id = v.device_id AND z.device_seq = v.device_seq - 1 LIMIT 1) b ON true
  LEFT JOIN LATERAL (SELECT * FROM spoor.event z WHERE z.event_id = CASE WHEN v.said & 64 <> 0 THEN spoor.id_in(v.named) END LIMIT 1) i ON true;

-- The seq of the erasure that destroyed the value behind a field of an event; NULL: none did.
CREATE OR REPLACE FUNCTION spoor.erased_by(of_event uuid, of_tag int)
RETURNS bigint LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT n.seq FROM spoor.notice n WHERE n.target = of_event AND of_tag = ANY (n.erased) LIMIT 1;
$$;

-- Whom a late event claimed that did not come into force; NULL where no id stands, as when somebody wrote there by hand.
CREATE OR REPLACE FUNCTION spoor.claimed(detail jsonb, member text)
RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT spoor.id_in(detail -> 'claimed' ->> member);
$$;

-- The same by the event's seq.
CREATE OR REPLACE FUNCTION spoor.erased_at_seq(of_seq bigint, of_tag int)
RETURNS bigint LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT min(n.seq) FROM spoor.event v JOIN LATERAL (SELECT m.seq, m.erased FROM spoor.notice m WHERE m.target = v.event_id OFFSET 0) n ON of_tag = ANY (n.erased)
     WHERE v.seq = of_seq;
$$;

-- The seq of the event in which the holder (the place) came in that a device has after its event of this number.
CREATE OR REPLACE FUNCTION spoor.held_since(of_device uuid, number int)
RETURNS bigint LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT v.seq FROM spoor.event v WHERE v.device_id = of_device AND v.device_seq <= number AND v.from_id IS DISTINCT FROM v.to_id
     ORDER BY v.device_seq DESC LIMIT 1;
$$;
CREATE OR REPLACE FUNCTION spoor.placed_since(of_device uuid, number int)
RETURNS bigint LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT v.seq FROM spoor.event v CROSS JOIN LATERAL (SELECT FROM spoor.opening z WHERE z.seq = v.seq AND z.tag = 18 LIMIT 1) o
     WHERE v.device_id = of_device AND v.device_seq <= number ORDER BY v.device_seq DESC LIMIT 1;
$$;

-- The name in an opening, "<id> <name>", for people; or which record took it. Each parameter once: it is made part of the query.
CREATE OR REPLACE FUNCTION spoor.sealed_name(value text, gone bigint)
RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(substr(value, 38), '(erased: record ' || gone::text || ')', '(missing)');
$$;

-- The same as an auditor's page shows and checks it: values come from their openings, never from tables that can be edited;
-- with the entry that was sealed and the one of the device's record before it.
CREATE VIEW spoor.auditable AS
SELECT s.*, encode(l.entry, 'hex') AS entry, encode(b.entry, 'hex') AS entry_before, e.waiting,
       t.label_en AS step_en, t.label_nl AS step_nl, w.label_en AS reason_en, w.label_nl AS reason_nl,
       btrim(d.make || ' ' || d.model) AS device,
       (SELECT c.code FROM spoor.label c WHERE c.device_id = s.device_id ORDER BY c.linked_at DESC LIMIT 1) AS code,
       hv.seq AS holder_seq, hv.event_id AS holder_event, h.value AS holder, p.value AS place, r.value AS recorder,
       n.value AS public_note, m.value AS private_note, encode(y.mac, 'hex') AS left_mac, coalesce(e.detail ? 'claimed', false) AS overtaken,
       coalesce(e.detail ->> 'outcome', '') AS outcome, coalesce(e.detail ->> 'expected_on', '') AS expected_on,
       coalesce(e.detail ->> 'next_update_on', '') AS next_update_on,
       e.detail ? 'claimed' AND s.to_id = s.before_to AND s.place_id IS NOT DISTINCT FROM s.before_place
           AND s.step IS NOT DISTINCT FROM s.before_step AND e.waiting IS NOT DISTINCT FROM s.before_waiting AS idle,
       (SELECT c.name FROM spoor.party c WHERE c.id = spoor.claimed(e.detail, 'to')) AS claimed_to,
       (SELECT c.name FROM spoor.party c WHERE c.id = spoor.claimed(e.detail, 'place')) AS claimed_place,
       (SELECT (array_agg(u.device_seq ORDER BY u.seq))[1] FROM spoor.event u WHERE u.corrects = s.event_id AND u.device_id = s.device_id AND u.device_seq > s.device_seq) AS corrected_by, -- not LIMIT 1: that read all in order
       (SELECT u.device_seq FROM spoor.event u WHERE u.event_id = s.corrects) AS corrects_number
  FROM spoor.sealable s
  JOIN spoor.event e ON e.seq = s.seq
  JOIN spoor.device d ON d.id = s.device_id
  LEFT JOIN spoor.ledger_entry l ON l.seq = s.seq
  LEFT JOIN spoor.ledger_entry b ON b.seq = s.before_seq
  LEFT JOIN spoor.step t ON t.name = coalesce(e.detail #>> '{claimed,step}', s.step)
  LEFT JOIN spoor.reason w ON w.code = s.reason
  LEFT JOIN LATERAL (SELECT x.seq, x.event_id FROM spoor.event x
                      WHERE x.device_id = s.device_id AND x.device_seq <= s.device_seq AND x.from_id IS DISTINCT FROM x.to_id
                      ORDER BY x.device_seq DESC LIMIT 1) hv ON true
  LEFT JOIN LATERAL (SELECT x.seq FROM spoor.event x CROSS JOIN LATERAL (SELECT FROM spoor.opening z WHERE z.seq = x.seq AND z.tag = 18 LIMIT 1) o
                      WHERE x.device_id = s.device_id AND x.device_seq <= s.device_seq
                      ORDER BY x.device_seq DESC LIMIT 1) pv ON true
  LEFT JOIN LATERAL (SELECT * FROM spoor.opening z WHERE z.seq = hv.seq AND z.tag = 17 LIMIT 1) h ON true
  LEFT JOIN LATERAL (SELECT * FROM spoor.opening z WHERE z.seq = pv.seq AND z.tag = 18 LIMIT 1) p ON true
  LEFT JOIN LATERAL (SELECT * FROM spoor.opening z WHERE z.seq = s.seq AND z.tag = 20 LIMIT 1) r ON true
  LEFT JOIN LATERAL (SELECT * FROM spoor.opening z WHERE z.seq = s.seq AND z.tag = 21 LIMIT 1) n ON true
  LEFT JOIN LATERAL (SELECT * FROM spoor.opening z WHERE z.seq = s.seq AND z.tag = 22 LIMIT 1) m ON true
  LEFT JOIN spoor.detail_left y ON y.seq = s.seq;
