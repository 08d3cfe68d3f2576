INSERT OR REPLACE INTO acknowledged
SELECT event_id, scanner_seq, code, context, scanned_ms, skew_ms, body, (SELECT owner FROM state), unixepoch() * 1000
  FROM scan WHERE event_id = ?1;
