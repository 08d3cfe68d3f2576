SELECT scanner_seq, event_id, code, context, scanned_ms, outcome, said FROM recent
 WHERE code = ?1 AND NOT undone ORDER BY scanner_seq DESC LIMIT 1;
