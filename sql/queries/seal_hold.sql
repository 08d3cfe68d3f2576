-- $1 epoch
SELECT spoor.hold_sealing($1::bigint) AS held;
