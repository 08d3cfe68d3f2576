INSERT OR REPLACE INTO recent (scanner_seq, event_id, code, context, scanned_ms) VALUES (?1, ?2, ?3, ?4, ?5);
