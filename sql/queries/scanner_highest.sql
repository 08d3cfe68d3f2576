-- $1 scanner: the highest number of it that is known here
SELECT coalesce(max(v.scanner_seq), 0) AS highest FROM spoor.event v WHERE v.scanner_id = $1::uuid;
