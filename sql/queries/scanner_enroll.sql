-- $1 hash of the one-time code, $2 hash of the key
SELECT scanner_id, name FROM spoor.enroll_scanner($1::bytea, $2::bytea);
