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

-- What an undo left for somebody to look after, by the number that pages show: a record that came late and stays without effect,
-- although what was newer was undone (nobody scanned that it holds again), until something newer is recorded; or, `itself`, one
-- that had changed nothing and is what the latest record undoes. Each costs a look at the device's whole history: the latest
-- that has an undo of something newer behind it is looked at first, and fifty at most.
CREATE OR REPLACE FUNCTION spoor.left_by_undo(of_device uuid)
RETURNS TABLE (number int, itself boolean) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    SELECT t.device_seq + 1, true
      FROM spoor.custody c
     CROSS JOIN LATERAL (SELECT e.corrects, e.detail FROM spoor.event e -- OFFSET 0: by the device, or all corrections of the ledger were read
                          WHERE e.device_id = c.device_id AND e.device_seq = c.device_seq OFFSET 0) u
      JOIN spoor.event t ON t.event_id = u.corrects
     WHERE c.device_id = of_device AND u.detail ->> 'correction' = 'did_not_occur' AND spoor.is_idle(t)
     UNION ALL
    (WITH undone AS MATERIALIZED (
        SELECT u.device_seq AS after, t.scanner_id, t.scanner_seq, spoor.made_at(t.happened_at, t.recorded_at, t.detail) AS made
          FROM (SELECT e.* FROM spoor.event e
                 WHERE e.device_id = of_device AND e.kind = 'corrected' AND e.detail ->> 'correction' = 'did_not_occur' OFFSET 0) u
          JOIN spoor.event t ON t.event_id = u.corrects),
    late AS MATERIALIZED (
        SELECT e.*, spoor.made_at(e.happened_at, e.recorded_at, e.detail) AS made
          FROM spoor.event e WHERE e.device_id = of_device AND e.detail ? 'claimed' ORDER BY e.device_seq DESC LIMIT 50),
    left_behind AS MATERIALIZED (
        SELECT l.* FROM late l
         WHERE EXISTS (SELECT FROM undone u WHERE u.after > l.device_seq
                          AND CASE WHEN u.scanner_id = l.scanner_id THEN u.scanner_seq > l.scanner_seq ELSE u.made > l.made END)
           AND NOT EXISTS (SELECT FROM spoor.event u WHERE u.corrects = l.event_id AND u.detail ->> 'correction' = 'did_not_occur' OFFSET 0)
         ORDER BY l.device_seq DESC)
    SELECT l.device_seq + 1, false
      FROM left_behind l CROSS JOIN LATERAL spoor.moved_on(of_device, l.made, l.scanner_id, l.scanner_seq) m
     WHERE l.detail #> '{claimed,to}' IS NOT NULL AND NOT CASE l.kind WHEN 'offered' THEN m.offer WHEN 'accepted' THEN m.custody OR m.offer ELSE m.custody END
        OR l.detail #> '{claimed,step}' IS NOT NULL AND NOT m.step OR l.detail #> '{claimed,place}' IS NOT NULL AND NOT m.place
        OR l.detail #> '{claimed,reason}' IS NOT NULL AND NOT m.waiting
     LIMIT 1)
     ORDER BY 2 DESC, 1 DESC LIMIT 1;
$$;
