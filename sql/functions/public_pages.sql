-- What the tracking page and the sticker page may know; the only functions that spoor_public may call.
-- Never: private notes, serial numbers, other people's names; a holder's first name only if that person agreed.

CREATE FUNCTION spoor.track(hash bytea)
RETURNS TABLE (number text, device_name text, device_kind text, code text, problem text, phase text, phase_position smallint,
               step text, step_en text, step_nl text, step_since bigint, waiting text, waiting_side text, waiting_en text, waiting_nl text,
               sentence_en text, sentence_nl text, next_update_on date, expected_on date, expected_before text,
               expected_was date, outcome text, opened_at bigint, returned_at bigint, closed_at bigint, holder text,
               place text, with_owner boolean, seq bigint, owner_language text, device_id uuid, repair_id uuid, link_until bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.number, btrim(d.make || ' ' || d.model), d.kind,
           (SELECT l.code FROM spoor.label l WHERE l.device_id = d.id AND l.revoked_at IS NULL ORDER BY l.linked_at DESC LIMIT 1),
           r.problem, p.name, p.position, s.name, s.label_en, s.label_nl, (extract(epoch FROM c.step_since) * 1000)::bigint,
           w.code, w.side, w.label_en, w.label_nl, w.sentence_en, w.sentence_nl,
           CASE WHEN NOT x.over THEN c.next_update_on END, r.expected_on, to_char(r.expected_before, 'HH24:MI'), r.expected_was, r.outcome,
           (extract(epoch FROM r.opened_at) * 1000)::bigint, (extract(epoch FROM r.returned_at) * 1000)::bigint,
           (extract(epoch FROM r.closed_at) * 1000)::bigint,
           CASE WHEN h.named AND h.id <> r.owner_id AND NOT x.over THEN split_part(h.name, ' ', 1) END, pl.name,
           CASE WHEN x.over THEN e.to_id ELSE c.custodian_id END = r.owner_id, c.seq, o.language,
           d.id, r.id, floor(extract(epoch FROM r.link_until))::bigint
      FROM spoor.repair r
      JOIN spoor.device d ON d.id = r.device_id
      JOIN spoor.party o ON o.id = r.owner_id
      JOIN spoor.custody c ON c.device_id = d.id
      JOIN spoor.party h ON h.id = c.custodian_id
     -- A visit that is over stays as it ended, whatever step it had reached; what becomes of the device after it is nobody's
     -- affair here.
     CROSS JOIN LATERAL (SELECT r.closed_at IS NOT NULL AS over) x
     CROSS JOIN LATERAL (SELECT (array_agg(v.step ORDER BY v.seq DESC))[1] AS step, (array_agg(v.to_id ORDER BY v.seq DESC))[1] AS to_id
           FROM spoor.event v WHERE x.over AND v.repair_id = r.id AND v.kind IN ('closed', 'corrected')) e
      LEFT JOIN spoor.party pl ON pl.id = c.place_id AND NOT x.over
      LEFT JOIN spoor.step s ON s.name = CASE WHEN x.over THEN e.step ELSE c.step END
      LEFT JOIN spoor.phase p ON p.name = CASE WHEN x.over THEN 'returned' ELSE s.phase END
      LEFT JOIN spoor.reason w ON w.code = c.waiting AND NOT x.over
     WHERE r.link_hash = hash AND (r.link_until IS NULL OR r.link_until > now())
$$;

CREATE OR REPLACE FUNCTION spoor.track_events(hash bytea)
RETURNS TABLE (kind text, happened_at bigint, phase text, step text, step_en text, step_nl text, reason text,
               reason_en text, reason_nl text, expected_on text, note text, holder text, outcome text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT v.kind, (extract(epoch FROM CASE WHEN x.doubtful THEN v.recorded_at ELSE v.happened_at END) * 1000)::bigint, s.phase, s.name, s.label_en, s.label_nl,
           w.code, w.label_en, w.label_nl, v.detail ->> 'expected_on', n.value,
           CASE WHEN h.named AND h.id <> r.owner_id THEN split_part(h.name, ' ', 1) END, v.detail ->> 'outcome'
      FROM spoor.repair r
      JOIN spoor.event v ON v.repair_id = r.id
      JOIN spoor.event_kind k ON k.name = v.kind AND k.public
     -- What a doubtful clock said is the desk's to look at: here it is when it was recorded.
     CROSS JOIN LATERAL (SELECT v.flags & 4 <> 0 AS doubtful) x
      LEFT JOIN spoor.party h ON h.id = CASE WHEN v.detail -> 'claimed' ? 'to' THEN spoor.claimed(v.detail, 'to') ELSE v.to_id END
      LEFT JOIN spoor.step s ON s.name = coalesce(v.detail #>> '{claimed,step}', v.step)
      LEFT JOIN spoor.reason w ON w.code = v.reason
      LEFT JOIN LATERAL (SELECT * FROM spoor.opening z WHERE z.seq = v.seq AND z.tag = 21 LIMIT 1) n ON true
     WHERE r.link_hash = hash AND (r.link_until IS NULL OR r.link_until > now())
       AND (v.kind <> 'note' OR n.value IS NOT NULL)
       AND NOT EXISTS (SELECT FROM spoor.event u WHERE u.corrects = v.event_id
                          AND u.detail ->> 'correction' = 'did_not_occur')
     ORDER BY CASE WHEN x.doubtful THEN v.recorded_at
                   WHEN v.detail ? 'clock_skew_ms' THEN spoor.made_at(v.happened_at, v.recorded_at, v.detail)
                   ELSE v.happened_at END DESC, v.seq DESC LIMIT 100
$$;

CREATE OR REPLACE FUNCTION spoor.found(of_code text)
RETURNS TABLE (revoked boolean, device_kind text, phase text, phase_en text, phase_nl text, expected_on date, in_repair boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT l.revoked_at IS NOT NULL, d.kind, s.phase, p.label_en, p.label_nl, r.expected_on, r.id IS NOT NULL AND r.returned_at IS NULL
      FROM spoor.label l
      LEFT JOIN spoor.device d ON d.id = l.device_id
      LEFT JOIN spoor.custody c ON c.device_id = d.id
      LEFT JOIN spoor.repair r ON r.id = c.repair_id
      LEFT JOIN spoor.step s ON s.name = c.step AND r.id IS NOT NULL
      LEFT JOIN spoor.phase p ON p.name = s.phase
     WHERE l.code = of_code
$$;

-- For the desk: the device of a tracking link, also of one that is dead.
CREATE OR REPLACE FUNCTION spoor.tracked_device(hash bytea)
RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.device_id FROM spoor.repair r WHERE r.link_hash = hash
$$;
