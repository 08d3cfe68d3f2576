-- When a repair closes by itself: 5 working days (Monday to Friday) after it was returned, at the same time of day in the site's
-- zone. Five working days are a week, but from a weekend they end on the Friday after it.
CREATE OR REPLACE FUNCTION spoor.closes_at(returned timestamptz, zone text)
RETURNS timestamptz LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT ((returned AT TIME ZONE zone) + CASE extract(isodow FROM returned AT TIME ZONE zone)
        WHEN 6 THEN interval '6 days' WHEN 7 THEN interval '5 days' ELSE interval '7 days' END) AT TIME ZONE zone;
$$;

-- What was returned, or called lost, and is scanned at a step again is back in its repair.
CREATE OR REPLACE FUNCTION spoor.take_back_return(of_repair uuid)
RETURNS void LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    UPDATE spoor.repair r SET returned_at = NULL, outcome = NULL WHERE r.id = of_repair AND r.closed_at IS NULL;
$$;

-- A scan that took a return back did not occur: the return counts again, where the device is at a step of that phase.
CREATE OR REPLACE FUNCTION spoor.return_again(of_repair uuid, at_step text)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE spoor.repair r SET returned_at = l.at, outcome = l.outcome
      FROM (SELECT v.kind, spoor.made_at(v.happened_at, v.recorded_at, v.detail) AS at, v.detail ->> 'outcome' AS outcome
              FROM spoor.event v
             WHERE v.repair_id = of_repair AND v.kind IN ('returned', 'reopened')
               AND NOT EXISTS (SELECT FROM spoor.event u WHERE u.corrects = v.event_id AND u.detail ->> 'correction' = 'did_not_occur')
             ORDER BY v.seq DESC LIMIT 1) l
     WHERE r.id = of_repair AND r.closed_at IS NULL AND l.kind = 'returned'
       AND EXISTS (SELECT FROM spoor.step s WHERE s.name = at_step AND s.phase = 'returned');
END $$;
