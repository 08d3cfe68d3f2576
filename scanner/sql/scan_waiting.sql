SELECT scanner_seq, event_id, code, context, scanned_ms, skew_ms, body, attention FROM scan
 WHERE attention IS NULL ORDER BY scanner_seq LIMIT ?1;
