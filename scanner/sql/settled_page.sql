SELECT scanner_seq, event_id, code, context, scanned_ms, skew_ms, body, attention, settled_ms FROM settled
 WHERE scanner_seq > ?1 ORDER BY scanner_seq LIMIT ?2;
