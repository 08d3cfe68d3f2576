-- $1 hash of the one-time code, $2 hash of the token, $3 public key (bytea as text), $4 the server's name, $5 its first number
SELECT scanner_id, name FROM spoor.enroll_scanner($1::bytea, $2::bytea, $3::bytea, $4, $5::bigint);
