-- an event that is known already, as after an interrupted import, stays as it is
INSERT OR IGNORE INTO scan (scanner_seq, event_id, code, context, scanned_ms, skew_ms, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);
