SELECT scanner_seq, event_id, code, context, scanned_ms, outcome, said FROM recent
 WHERE NOT undone ORDER BY scanner_seq DESC LIMIT ?1;
