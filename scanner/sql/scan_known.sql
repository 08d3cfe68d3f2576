-- of a scan that was found: is its event there, is its number taken, and which number below zero is free
SELECT (SELECT count(*) FROM scan WHERE event_id = ?2) + (SELECT count(*) FROM settled WHERE event_id = ?2),
       (SELECT count(*) FROM scan WHERE scanner_seq = ?1) + (SELECT count(*) FROM settled WHERE scanner_seq = ?1),
       (SELECT min(0, coalesce(min(scanner_seq), 0)) - 1 FROM scan);
