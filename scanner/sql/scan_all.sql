SELECT scanner_seq, event_id, code, context, scanned_ms, skew_ms, body, attention FROM scan ORDER BY scanner_seq;
