SELECT (SELECT count(*) FROM scan WHERE attention IS NULL), (SELECT count(*) FROM scan WHERE attention IS NOT NULL),
       (SELECT min(scanned_ms) FROM scan WHERE attention IS NULL), contact_ms, skew_ms FROM state;
