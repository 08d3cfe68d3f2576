-- The order of a device's history: that of when things happened, within what each sender's counter allows; the order of the
-- ledger is seq. What comes late changes only what nothing newer has set; record_events.sql asks here.

-- When something happened by our clock: what the sender said, with the difference of its clock where it is one (a sender may
-- write anything into its detail; ledger/seal_row.c reads it the same way); never after it was recorded.
CREATE OR REPLACE FUNCTION spoor.made_at(happened timestamptz, recorded timestamptz, detail jsonb)
RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
    SELECT least(recorded, happened + CASE WHEN detail ->> 'clock_skew_ms' ~ '^-?[0-9]{1,13}$' AND jsonb_typeof(detail -> 'clock_skew_ms') = 'number'
        THEN (detail ->> 'clock_skew_ms')::float8 ELSE 0 END * interval '1 millisecond');
$$;

-- What of a device's state was set by events that happened after this moment, or that the same scanner counted later: who has
-- it, where it is, its step, what it waits for, to whom it is offered. What was undone sets nothing.
CREATE OR REPLACE FUNCTION spoor.moved_on(of_device uuid, made timestamptz, by_scanner uuid, number bigint)
RETURNS TABLE (custody boolean, place boolean, step boolean, waiting boolean, offer boolean)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off AS $$
    SELECT coalesce(bool_or(v.takes), false), coalesce(bool_or(v.said & 4 <> 0 OR v.kind IN ('handed_over', 'returned')), false),
           coalesce(bool_or(v.kind IN ('step', 'received', 'announced', 'returned')), false),
           coalesce(bool_or(v.kind IN ('step', 'received', 'announced', 'returned', 'waiting', 'waiting_ended')), false),
           coalesce(bool_or(v.kind IN ('offered', 'accepted', 'refused') OR v.takes AND v.from_id IS DISTINCT FROM v.to_id), false)
      FROM (SELECT e.*, e.kind IN ('received', 'step', 'moved', 'accepted', 'registered', 'announced', 'handed_over', 'returned') AS takes
              FROM spoor.event e
             WHERE e.device_id = of_device
               AND CASE WHEN e.scanner_id = by_scanner THEN e.scanner_seq > number
                        ELSE spoor.made_at(e.happened_at, e.recorded_at, e.detail) > made END
               AND NOT EXISTS (SELECT FROM spoor.event u WHERE u.corrects = e.event_id
                                  AND u.detail ->> 'correction' = 'did_not_occur')) v;
$$;

-- Whether an event changed nothing, because others had moved on before it came.
CREATE OR REPLACE FUNCTION spoor.is_idle(e spoor.event)
RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(e.detail ? 'claimed', false) AND EXISTS (SELECT FROM spoor.event b WHERE b.device_id = e.device_id
        AND b.device_seq = e.device_seq - 1 AND b.to_id = e.to_id AND b.place_id IS NOT DISTINCT FROM e.place_id
        AND b.step IS NOT DISTINCT FROM e.step AND b.waiting IS NOT DISTINCT FROM e.waiting);
$$;
