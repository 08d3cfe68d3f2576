-- $1 epoch, $2 state, $3 message
SELECT spoor.report_sealing($1::bigint, $2, $3);
