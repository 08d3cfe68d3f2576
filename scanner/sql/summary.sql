SELECT (SELECT count(*) FROM scan WHERE attention IS NULL), (SELECT count(*) FROM scan WHERE attention IS NOT NULL),
       (SELECT scanned_ms FROM scan WHERE attention IS NULL ORDER BY scanner_seq LIMIT 1), contact_ms, skew_ms,
       (SELECT min(scanner_seq) FROM scan) FROM state;
