-- $1 JSON array of events
SELECT ordinal, event_id, outcome, seq, device_seq, flags, message, device_id, step FROM spoor.record_events($1::jsonb);
