-- numbers of scanners that never came, the latest first
SELECT name, first, last, revoked FROM spoor.scanner_gaps();
