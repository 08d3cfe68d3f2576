INSERT INTO settled (scanner_seq, event_id, code, context, scanned_ms, skew_ms, body, attention, settled_ms)
SELECT scanner_seq, event_id, code, context, scanned_ms, skew_ms, body, attention, ?2 FROM scan WHERE event_id = ?1 AND attention IS NOT NULL;
