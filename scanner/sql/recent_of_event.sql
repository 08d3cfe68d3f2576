SELECT scanner_seq, event_id, code, context, scanned_ms, outcome, said FROM recent WHERE event_id = ?1;
