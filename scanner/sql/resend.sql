-- the same event under the same number: the server knows it again, or records what it lost
INSERT OR IGNORE INTO scan (scanner_seq, event_id, code, context, scanned_ms, skew_ms, body)
SELECT scanner_seq, event_id, code, context, scanned_ms, skew_ms, body FROM acknowledged
 WHERE owner = (SELECT owner FROM state);
