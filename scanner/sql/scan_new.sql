-- fails where the number or the event is there already: nothing may take the place of a scan unseen
INSERT INTO scan (scanner_seq, event_id, code, context, scanned_ms, skew_ms, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);
