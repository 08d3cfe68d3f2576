-- writes pages and changes nothing; an UPDATE to the same values would write none
INSERT INTO recent (scanner_seq, event_id, code, context, scanned_ms) VALUES (-1, '', '', '', 0);
DELETE FROM recent WHERE scanner_seq = -1;
