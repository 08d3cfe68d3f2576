-- Late arrivals: when the latest of what set a device's state happened, by our clock. What comes late and happened before that
-- is compared with what others recorded (functions/record_events.sql).
ALTER TABLE spoor.custody ADD as_of timestamptz NOT NULL DEFAULT '-infinity';
UPDATE spoor.custody c SET as_of = coalesce((SELECT max(least(v.recorded_at, v.happened_at + CASE
        WHEN v.detail ->> 'clock_skew_ms' ~ '^-?[0-9]{1,13}$' AND jsonb_typeof(v.detail -> 'clock_skew_ms') = 'number'
        THEN (v.detail ->> 'clock_skew_ms')::float8 ELSE 0 END * interval '1 millisecond'))
    FROM spoor.event v WHERE v.device_id = c.device_id AND (v.said & 4 <> 0 OR v.kind IN ('received', 'step', 'moved',
        'handed_over', 'accepted', 'registered', 'announced', 'returned', 'waiting', 'waiting_ended', 'offered', 'refused'))), '-infinity');
